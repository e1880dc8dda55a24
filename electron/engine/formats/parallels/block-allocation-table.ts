import { createEntryTable } from "../../io/entry-table";
import type { ByteSource } from "../../io/source";
import { headerSize, type Header } from "./header";

/** The block allocation table: for each cluster of the disk where it lies, 0 when the file has it not. */
export interface BlockAllocationTable {
  /** @param index 0 <= index < nbBatEntries. */
  entry(index: number): number;
  /**
   * How many entries from `index` on, and before `end`, tell of one stretch: all 0, or each `step`
   * more than the one before. At least 1.
   */
  alike(index: number, end: number, step: number): number;
}

/** The BAT of an image; at most 4 MiB of it in memory. */
export function createTable(source: ByteSource, { nbBatEntries }: Header): BlockAllocationTable {
  const place = { at: headerSize, count: nbBatEntries, littleEndian: true };
  const { entry, alike } = createEntryTable(source, place);
  return {
    entry,
    alike: (index, end, step) => alike(index, end, entry(index) === 0 ? 0 : step),
  };
}

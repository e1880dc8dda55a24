import { createEntryTable } from "../../io/entry-table";
import type { ByteSource } from "../../io/source";
import type { DynamicHeader } from "./dynamic-header";
import { sectorSize } from "./footer";

/** The entry of a block that the file does not hold. */
export const unusedEntry = 0xffffffff;

/** Bytes that the bitmap before a block takes: a bit for each sector, padded to whole sectors. */
export function bitmapSize(blockSize: number): number {
  return Math.ceil(blockSize / sectorSize / 8 / sectorSize) * sectorSize;
}

/** The block allocation table: for each block of the disk the sector where its bitmap begins. */
export interface BlockAllocationTable {
  /** @param index 0 <= index < maxTableEntries. */
  entry(index: number): number;
  /** The first block from `index` on, and before `end`, that the file holds; `end` when there is none. */
  nextUsed(index: number, end: number): number;
}

/** The block allocation table of an image; at most 4 MiB of it in memory. */
export function createTable(source: ByteSource, header: DynamicHeader): BlockAllocationTable {
  const { tableOffset: at, maxTableEntries: count } = header;
  const { entry, alike } = createEntryTable(source, { at, count, littleEndian: false });
  return {
    entry,
    nextUsed(index, end) {
      if (index >= end || entry(index) !== unusedEntry) return Math.min(index, end);
      return index + alike(index, end, 0);
    },
  };
}

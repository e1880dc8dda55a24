import { createEntryTable } from "../../io/entry-table";
import type { ByteSource } from "../../io/source";
import type { Header } from "./header";

/** VDI_IMAGE_BLOCK_FREE: the block is the parent's, or zeros when there is none. */
export const freeEntry = 0xffffffff;
/** VDI_IMAGE_BLOCK_ZERO: the block is zeros, whatever the parent holds. */
export const zeroEntry = 0xfffffffe;

/** The block map: for each guest block the number of the file's block that holds it. */
export interface BlockMap {
  /** @param index 0 <= index < cBlocks. */
  entry(index: number): number;
  /**
   * How many entries from `index` on, and before `end`, tell of one stretch: all free, all zero, or,
   * where `adjacent`, blocks that follow one another in the file. At least 1.
   */
  alike(index: number, end: number, adjacent: boolean): number;
}

/** The block map of an image; at most 4 MiB of it in memory. */
export function createBlockMap(source: ByteSource, { offBlocks, cBlocks }: Header): BlockMap {
  const place = { at: offBlocks, count: cBlocks, littleEndian: true };
  const { entry, alike } = createEntryTable(source, place);
  return {
    entry,
    alike(index, end, adjacent) {
      const first = entry(index);
      if (first >= zeroEntry) return alike(index, end, 0);
      // Numbers count up to the first that is none.
      return adjacent ? alike(index, Math.min(end, index + (zeroEntry - first)), 1) : 1;
    },
  };
}

import { freeEntry } from "./block-map";

/** Entries of a page: only pages with a block in them take memory. */
const pageLength = 16384;

/** The block map of a new image as it grows. */
export interface PlacedBlocks {
  /** Guest blocks from `firstBlock` on are the file's blocks from `firstSlot` on. */
  set(firstBlock: number, firstSlot: number, count: number): void;
  /** The map's entry of a guest block. */
  entry(block: number): number;
}

/** A block map in which every block is free. */
export function createPlacedBlocks(): PlacedBlocks {
  const pages = new Map<number, Uint32Array>();
  const emptyPage = new Uint32Array(pageLength).fill(freeEntry);

  return {
    set(firstBlock, firstSlot, count) {
      for (let i = 0; i < count; i += 1) {
        const block = firstBlock + i;
        const index = Math.floor(block / pageLength);
        const page = pages.get(index) ?? emptyPage.slice();
        page[block % pageLength] = firstSlot + i;
        pages.set(index, page);
      }
    },
    entry(block) {
      const page = pages.get(Math.floor(block / pageLength));
      return page?.[block % pageLength] ?? freeEntry;
    },
  };
}

/** Blocks of a page: only pages with a block in them take memory. */
export const blocksPerPage = 16384;

/** Where the blocks of a new image went, as they are placed. */
export interface PlacedBlocks {
  /** Guest blocks from `firstBlock` on lie in the slots from `firstSlot` on. */
  set(firstBlock: number, firstSlot: number, count: number): void;
  /**
   * The pages with a block in them: each block's slot plus one, 0 for none. Page n begins with block
   * n * blocksPerPage.
   */
  readonly pages: ReadonlyMap<number, Uint32Array>;
}

/** No block has a place yet. */
export function createPlacedBlocks(): PlacedBlocks {
  const pages = new Map<number, Uint32Array>();
  return {
    pages,
    set(firstBlock, firstSlot, count) {
      for (let i = 0; i < count; i += 1) {
        const index = Math.floor((firstBlock + i) / blocksPerPage);
        const page = pages.get(index) ?? new Uint32Array(blocksPerPage);
        page[(firstBlock + i) % blocksPerPage] = firstSlot + i + 1;
        pages.set(index, page);
      }
    },
  };
}

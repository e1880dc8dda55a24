import { entrySize, payloadIndex, type TableLayout } from "./block-allocation-table";

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

/** The number of every page that a disk's blocks fill. */
export function* everyPage({ payloadBlocks }: TableLayout): Generator<number, void, undefined> {
  for (let index = 0; index * blocksPerPage < payloadBlocks; index += 1) yield index;
}

/** Where in the BAT the entries of a page's blocks lie, in bytes from its beginning on. */
export function pageEntries(
  layout: TableLayout,
  index: number,
): { readonly at: number; readonly length: number } {
  const first = index * blocksPerPage;
  const last = Math.min(first + blocksPerPage, layout.payloadBlocks) - 1;
  const at = payloadIndex(layout, first) * entrySize;
  return { at, length: (payloadIndex(layout, last) + 1) * entrySize - at };
}

/** Counts the groups of `size` blocks that runs of blocks touch, which come in ascending order. */
export function countGroups(size: number) {
  let next = 0;
  let count = 0;
  return {
    get count() {
      return count;
    },
    /** The answer is the groups that are new: `from` (included) to `to` (not included). */
    add(firstBlock: number, blocks: number): { readonly from: number; readonly to: number } {
      const from = Math.max(next, Math.floor(firstBlock / size));
      const to = Math.ceil((firstBlock + blocks) / size);
      if (to <= from) return { from, to: from };
      count += to - from;
      next = to;
      return { from, to };
    },
  };
}

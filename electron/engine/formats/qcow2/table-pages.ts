/**
 * A few 32-bit words for every guest cluster, held only near clusters that have something in them:
 * all zero is nothing.
 */
export interface TablePages {
  /** Sets word `nth` of guest cluster `cluster`. */
  set(cluster: number, nth: number, word: number): void;
  /** Sets word 0 of `count` guest clusters from `first` on to `word`, `word` + 1 and so on. */
  setRun(first: number, count: number, word: number): void;
  /** The words of the clusters of L2 table `index`, one behind the other. A view. */
  table(index: number): Uint32Array;
  /** The indices of the L2 tables with something in them, ascending. */
  usedTables(): number[];
}

/** Clusters in a page at least: small L2 tables share one. */
const leastPage = 4096;

/** Empty pages of `each` words a cluster, for L2 tables of `l2Entries` entries (a power of two). */
export function createTablePages(l2Entries: number, each: number): TablePages {
  const pageLength = Math.max(l2Entries, leastPage);
  const pages = new Map<number, Uint32Array>();

  /** The page that cluster `cluster` is in. */
  function pageOf(cluster: number): Uint32Array {
    const index = Math.floor(cluster / pageLength);
    let page = pages.get(index);
    if (page === undefined) {
      page = new Uint32Array(pageLength * each);
      pages.set(index, page);
    }
    return page;
  }

  function table(index: number): Uint32Array {
    const first = index * l2Entries;
    const at = (first % pageLength) * each;
    return pageOf(first).subarray(at, at + l2Entries * each);
  }

  return {
    set(cluster, nth, word) {
      pageOf(cluster)[(cluster % pageLength) * each + nth] = word;
    },
    setRun(first, count, word) {
      let page: Uint32Array | undefined;
      for (let done = 0; done < count; done++) {
        const cluster = first + done;
        const at = cluster % pageLength;
        if (page === undefined || at === 0) page = pageOf(cluster);
        page[at * each] = word + done;
      }
    },
    table,
    usedTables() {
      const tablesPerPage = pageLength / l2Entries;
      const used: number[] = [];
      for (const index of [...pages.keys()].sort((a, b) => a - b)) {
        for (let i = 0; i < tablesPerPage; i++) {
          const at = index * tablesPerPage + i;
          if (table(at).some((word) => word !== 0)) used.push(at);
        }
      }
      return used;
    },
  };
}

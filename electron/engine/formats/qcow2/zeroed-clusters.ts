import { sharedEntry, standardEntry } from "./entry-words";
import type { Plan } from "./options";
import type { WrittenClusters } from "./write-tables";

/** Guest clusters that read as zeros, whatever a backing file has there. */
export interface ZeroedClusters {
  add(first: number, count: number): void;
  /**
   * What `written` tells, with these clusters besides, and the slots that are taken then. Version 3
   * has a flag for zeros. In version 2 they lie in slots of zeros behind the others, which they share
   * as far as a refcount goes.
   */
  over(
    written: WrittenClusters,
    slots: number,
  ): { readonly clusters: WrittenClusters; readonly slots: number };
}

/** None yet. */
export function createZeroedClusters({
  version,
  clusterSize,
  l2Entries,
  refcountBits,
}: Plan): ZeroedClusters {
  const ranges: { first: number; end: number }[] = [];
  const mostSharers = 2 ** refcountBits - 1;

  /** Puts the ranges in order; `before` is how many clusters lie in those before. */
  function inOrder(): { first: number; end: number; before: number }[] {
    let before = 0;
    return ranges
      .toSorted((a, b) => a.first - b.first)
      .map(({ first, end }) => {
        const range = { first, end, before };
        before += end - first;
        return range;
      });
  }

  return {
    add(first, count) {
      const last = ranges.at(-1);
      if (last?.end === first) last.end += count;
      else ranges.push({ first, end: first + count });
    },
    over(written, slots) {
      const ordered = inOrder();
      const last = ordered.at(-1);
      if (last === undefined) return { clusters: written, slots };
      const total = last.before + last.end - last.first;
      const shared = version === 2 ? Math.ceil(total / mostSharers) : 0;
      const sharers = (nth: number): number => Math.min(mostSharers, total - nth * mostSharers);

      /** The entry of the zeroed cluster with this number among them. */
      function sharedZeros(index: number) {
        const nth = Math.floor(index / mostSharers);
        const at = (1 + slots + nth) * clusterSize;
        return sharers(nth) > 1 ? sharedEntry(at) : standardEntry(at);
      }

      const clusters: WrittenClusters = {
        usedTables() {
          const used = new Set(written.usedTables());
          for (const { first, end } of ordered) {
            const past = Math.ceil(end / l2Entries);
            for (let table = Math.floor(first / l2Entries); table < past; table++) used.add(table);
          }
          return [...used].sort((a, b) => a - b);
        },
        eachEntry(l1Index, put) {
          written.eachEntry(l1Index, put);
          const from = l1Index * l2Entries;
          for (let at = firstPast(ordered, from); at < ordered.length; at++) {
            const { first, end, before } = ordered[at] ?? last;
            if (first >= from + l2Entries) break;
            const stop = Math.min(end, from + l2Entries);
            for (let cluster = Math.max(first, from); cluster < stop; cluster++) {
              if (shared > 0) put(cluster - from, sharedZeros(before + cluster - first));
              else put(cluster - from, { high: 0, low: 0 }, "zero");
            }
          }
        },
        refcounts() {
          const count = written.refcounts(slots);
          return (slot) => (slot < slots ? count(slot) : sharers(slot - slots));
        },
      };
      return { clusters, slots: slots + shared };
    },
  };
}

/** Index of the first range that ends behind `from`. */
function firstPast(ordered: readonly { readonly end: number }[], from: number): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ordered[middle]?.end ?? Infinity) <= from) low = middle + 1;
    else high = middle;
  }
  return low;
}

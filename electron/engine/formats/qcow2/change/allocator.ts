import type { RefcountStore } from "./refcount-store";

/** Hands out clusters that nobody uses, in the image as it is and as it will be. */
export interface Allocator {
  /** The first of `count` clusters side by side, each with refcount 1 from now on. */
  allocate(count: number): number;
  /** Takes `uses` away; a cluster without uses is handed out only by the next change. */
  release(cluster: number, uses: number): void;
  /** Clusters in use now beyond those at the beginning; below 0 when there are fewer. */
  readonly growth: number;
  /** Calls `each` with the stretches of clusters that lost their last use, ascending. */
  eachFreed(each: (cluster: number, count: number) => void): void;
}

/**
 * First fit over `refcounts`. What a change frees it must not write to: until the change takes
 * effect, the image is still the old one, which needs those clusters.
 * @param from The first cluster that may be handed out.
 */
export function createAllocator(refcounts: RefcountStore, from: number): Allocator {
  const { perBlock } = refcounts;
  /** By block, 1 for each cluster that was used before and has been freed. */
  const freed = new Map<number, Uint8Array>();
  let next = from;
  let growth = 0;

  const isFree = (cluster: number): boolean =>
    refcounts.get(cluster) === 0 &&
    freed.get(Math.floor(cluster / perBlock))?.[cluster % perBlock] !== 1;

  return {
    get growth() {
      return growth;
    },
    allocate(count) {
      let first = next;
      for (let found = 0; found < count;) {
        if (isFree(first + found)) found += 1;
        else {
          first += found + 1;
          found = 0;
          // What was passed over for a single cluster is taken, for good.
          if (count === 1) next = first;
        }
      }
      for (let i = 0; i < count; i++) refcounts.add(first + i, 1);
      if (first === next) next += count;
      growth += count;
      return first;
    },
    release(cluster, uses) {
      if (refcounts.add(cluster, -uses) > 0) return;
      growth -= 1;
      const index = Math.floor(cluster / perBlock);
      let marks = freed.get(index);
      if (marks === undefined) freed.set(index, (marks = new Uint8Array(perBlock)));
      marks[cluster % perBlock] = 1;
    },
    eachFreed(each) {
      let start = 0;
      let end = 0;
      for (const index of [...freed.keys()].sort((a, b) => a - b)) {
        const marks = freed.get(index) ?? new Uint8Array(0);
        const counts = refcounts.block(index);
        for (let i = marks.indexOf(1); i >= 0; i = marks.indexOf(1, i + 1)) {
          if (counts[i] !== 0) continue;
          const cluster = index * perBlock + i;
          if (cluster !== end) {
            if (end > start) each(start, end - start);
            start = cluster;
          }
          end = cluster + 1;
        }
      }
      if (end > start) each(start, end - start);
    },
  };
}

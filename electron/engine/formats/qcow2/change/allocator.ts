import type { Counts } from "./refcount-block";
import type { RefcountStore } from "./refcount-store";

/** Hands out clusters that nobody uses, in the image as it is and as it will be. */
export interface Allocator {
  /** The first of `count` clusters side by side, each with refcount 1 from now on. */
  allocate(count: number): number;
  /**
   * Takes `uses` away from each of `count` clusters side by side; one without uses is handed out only by
   * the next change. @throws ImageError as RefcountStore.add.
   */
  release(first: number, count: number, uses: number): void;
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

  /** The first cluster from `cluster` on that can be handed out. */
  function nextFree(cluster: number): number {
    let found = refcounts.nextUnused(cluster);
    while (freed.get(Math.floor(found / perBlock))?.[found % perBlock] === 1)
      found = refcounts.nextUnused(found + 1);
    return found;
  }

  /** The marks of block `index`. */
  function marksOf(index: number): Uint8Array {
    let marks = freed.get(index);
    if (marks === undefined) freed.set(index, (marks = new Uint8Array(perBlock)));
    return marks;
  }

  return {
    get growth() {
      return growth;
    },
    allocate(count) {
      let first = next;
      for (let found = 0; found < count;) {
        const free = nextFree(first + found);
        if (free === first + found) found += 1;
        else {
          first = free;
          found = 0;
          // What was passed over for a single cluster is taken, for good.
          if (count === 1) next = first;
        }
      }
      refcounts.add(first, count, 1);
      if (first === next) next += count;
      growth += count;
      return first;
    },
    release(first, count, uses) {
      refcounts.add(first, count, -uses);
      for (let done = 0; done < count;) {
        const index = Math.floor((first + done) / perBlock);
        const from = (first + done) % perBlock;
        const to = Math.min(perBlock, from + count - done);
        const counts = refcounts.block(index);
        for (let i = zeroIn(counts, from, to); i < to; i = zeroIn(counts, i + 1, to)) {
          growth -= 1;
          marksOf(index)[i] = 1;
        }
        done += to - from;
      }
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

/** The index of the first 0 in [from, to), or `to`. */
function zeroIn(counts: Counts, from: number, to: number): number {
  let i = from;
  while (i < to && counts[i] !== 0) i += 1;
  return i;
}

import type { Allocator } from "./allocator";
import type { RefcountStore } from "./refcount-store";

/** The refcounts of an image as a change makes them; places are byte offsets in the file. */
export interface ClusterUses {
  /** The refcount, after the change, of the cluster with byte `at`. */
  refcount(at: number): number;
  /**
   * Sets into[n] to 1 where the nth of `count` clusters from byte `at` on has a refcount of exactly 1
   * after the change, else to 0.
   */
  singles(at: number, count: number, into: Uint8Array): void;
  /** Adds uses to the cluster with byte `at`, or takes them away. @throws ImageError as RefcountStore.add. */
  add(at: number, delta: number): void;
  /** As `add`, for every cluster that a range touches. */
  addRange(at: number, length: number, delta: number): void;
}

/** The uses that `refcounts` count; those taken away are released by `clusters`. */
export function clusterUses(
  refcounts: RefcountStore,
  clusters: Allocator,
  clusterSize: number,
): ClusterUses {
  // Offsets reach 2^53: a shift of 32-bit integers would cut them.
  const clusterOf = (at: number): number => Math.floor(at / clusterSize);

  function addTo(first: number, count: number, delta: number): void {
    if (delta > 0) refcounts.add(first, count, delta);
    else if (delta < 0) clusters.release(first, count, -delta);
  }

  return {
    refcount: (at) => refcounts.get(clusterOf(at)),
    singles: (at, count, into) => refcounts.singles(clusterOf(at), count, into),
    add: (at, delta) => addTo(clusterOf(at), 1, delta),
    addRange(at, length, delta) {
      if (length <= 0) return;
      const first = clusterOf(at);
      addTo(first, clusterOf(at + length - 1) - first + 1, delta);
    },
  };
}

import { newCounts, type Counts } from "./refcount-block";

/** Where the used clusters of a file lie once those between them are left out. */
export interface SqueezedPlaces {
  /** How many are used. */
  readonly used: number;
  /** The byte offset that byte `at` of a used cluster gets. */
  of(at: number): number;
  /** The uses of the used clusters, in order. */
  counts(): Counts;
  /** The used clusters that lie side by side, in order. */
  stretches(): Generator<{ readonly first: number; readonly count: number }, void, undefined>;
}

/** Clusters that one running number stands for. */
const group = 64;

/** @param uses By cluster; 0 for one that is left out. */
export function squeezedPlaces(uses: Counts, clusterSize: number): SqueezedPlaces {
  const before = new Uint32Array(Math.ceil(uses.length / group));
  let used = 0;
  for (let cluster = 0; cluster < uses.length; cluster++) {
    if (cluster % group === 0) before[cluster / group] = used;
    if (uses[cluster] !== 0) used += 1;
  }

  return {
    used,
    of(at) {
      const cluster = Math.floor(at / clusterSize);
      const first = Math.floor(cluster / group);
      let place = before[first] ?? 0;
      for (let i = first * group; i < cluster; i++) if (uses[i] !== 0) place += 1;
      return place * clusterSize + (at % clusterSize);
    },
    counts() {
      const counts = newCounts(used, uses.BYTES_PER_ELEMENT * 8);
      let next = 0;
      for (const count of uses) if (count !== 0) counts[next++] = count;
      return counts;
    },
    *stretches() {
      for (let first = 0; first < uses.length; first++) {
        if (uses[first] === 0) continue;
        let end = first;
        while (end < uses.length && uses[end] !== 0) end += 1;
        yield { first, count: end - first };
        first = end;
      }
    },
  };
}

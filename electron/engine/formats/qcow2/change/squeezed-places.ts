import { markedStretches, type ClusterCounts } from "./cluster-counts";
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

/** Clusters that one running number stands for; groups of counts begin and end with them. */
const group = 64;

/** @param uses By cluster; 0 for one that is left out. */
export function squeezedPlaces(uses: ClusterCounts, clusterSize: number): SqueezedPlaces {
  const { counts: all, groups } = uses;
  const marked = () => markedStretches(groups, all.length);
  const before = new Uint32Array(Math.ceil(all.length / group));
  let used = 0;
  for (const [from, end] of marked())
    for (let cluster = from; cluster < end; cluster++) {
      if (cluster % group === 0) before[cluster / group] = used;
      if (all[cluster] !== 0) used += 1;
    }

  return {
    used,
    of(at) {
      const cluster = Math.floor(at / clusterSize);
      const first = Math.floor(cluster / group);
      let place = before[first] ?? 0;
      for (let i = first * group; i < cluster; i++) if (all[i] !== 0) place += 1;
      return place * clusterSize + (at % clusterSize);
    },
    counts() {
      const counts = newCounts(used, all.BYTES_PER_ELEMENT * 8);
      let next = 0;
      for (const [from, end] of marked())
        for (let i = from; i < end; i++) if (all[i] !== 0) counts[next++] = all[i]!;
      return counts;
    },
    *stretches() {
      for (const [from, end] of marked())
        for (let first = from; first < end; first++) {
          if (all[first] === 0) continue;
          let behind = first;
          while (behind < end && all[behind] !== 0) behind += 1;
          yield { first, count: behind - first };
          first = behind;
        }
    },
  };
}

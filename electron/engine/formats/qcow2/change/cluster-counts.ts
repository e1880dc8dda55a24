import { newCounts, type Counts } from "./refcount-block";

/** Clusters of one group, as a power of two. */
const groupBits = 12;

/** By group of 4096 clusters of a file, 1 where there may be something to look at. */
export type ClusterGroups = Uint8Array;

/**
 * A count for each cluster of a file. A file may be nothing but holes for terabytes: the counts of
 * groups that are not marked are all 0 and never looked at, so that they take neither time nor, as long
 * as nobody writes to them, memory.
 */
export interface ClusterCounts {
  readonly counts: Counts;
  readonly groups: ClusterGroups;
}

/** Counts of `clusters` clusters, all 0 and no group marked; wide enough for refcounts of `bits` bits. */
export const newClusterCounts = (clusters: number, bits: number): ClusterCounts => ({
  counts: newCounts(clusters, bits),
  groups: newGroups(clusters),
});

/** Groups of `clusters` clusters, none marked. */
export const newGroups = (clusters: number): ClusterGroups =>
  new Uint8Array(Math.ceil(clusters / 2 ** groupBits));

/** Every group marked. */
export const allCounted = (counts: Counts): ClusterCounts => ({
  counts,
  groups: newGroups(counts.length).fill(1),
});

/** Marks the group of a cluster; what has no group is left out. */
export function markGroup(groups: ClusterGroups, cluster: number): void {
  groups[cluster >>> groupBits] = 1;
}

/** Marks the groups of clusters [first, end). */
export function markGroups(groups: ClusterGroups, first: number, end: number): void {
  if (end > first) groups.fill(1, first >>> groupBits, ((end - 1) >>> groupBits) + 1);
}

/** Stretches [first, end) of the marked groups below cluster `clusters`, ascending, none touching another. */
export function* markedStretches(
  groups: ClusterGroups,
  clusters: number,
): Generator<readonly [first: number, end: number], void, undefined> {
  for (let group = groups.indexOf(1); group >= 0;) {
    const gap = groups.indexOf(0, group);
    const behind = gap < 0 ? groups.length : gap;
    const first = group * 2 ** groupBits;
    if (first >= clusters) return;
    yield [first, Math.min(clusters, behind * 2 ** groupBits)];
    group = groups.indexOf(1, behind);
  }
}

/** The groups that one of the two has marked. */
export const eitherGroups = (a: ClusterGroups, b: ClusterGroups): ClusterGroups =>
  a.map((marked, group) => marked | (b[group] ?? 0));

/** The counts as they are now. */
export function copyCounts({ counts, groups }: ClusterCounts): ClusterCounts {
  const bits = counts.BYTES_PER_ELEMENT * 8;
  const copy = newCounts(counts.length, bits);
  for (const [first, end] of markedStretches(groups, counts.length))
    copy.set(counts.subarray(first, end), first);
  return { counts: copy, groups: groups.slice() };
}

/** The highest count. */
export function highestCount({ counts, groups }: ClusterCounts): number {
  let highest = 0;
  for (const [first, end] of markedStretches(groups, counts.length))
    for (let cluster = first; cluster < end; cluster++)
      highest = Math.max(highest, counts[cluster]!);
  return highest;
}

/** The first cluster from `cluster` on whose group is marked, or one behind all that have groups. */
export function nextMarked(groups: ClusterGroups, cluster: number): number {
  const found = groups.indexOf(1, cluster >>> groupBits);
  return Math.max(cluster, (found < 0 ? groups.length : found) * 2 ** groupBits);
}

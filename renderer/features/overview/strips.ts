import type { Inside, Partition } from "../../../shared/model/inside";

/** A stretch of the disk: a partition, or what lies between two. Bytes. */
export interface Strip {
  readonly start: number;
  readonly length: number;
  /** Absent for what no partition has. */
  readonly partition?: Partition;
}

/** Gaps below this share of the disk are left out: partitions begin at whole MiB, not at the first byte. */
const leastGap = 0.005;

/**
 * The disk of `size` bytes from its beginning to its end; empty when there are no partitions or they
 * lie over one another, as on discs that boot from a stick. An extended partition is told by those
 * in it.
 */
export function stripsOf({ partitions }: Inside, size: number): Strip[] {
  const strips: Strip[] = [];
  let at = 0;
  for (const partition of partitionsInOrder(partitions)) {
    const start = Math.min(partition.start, size);
    const end = Math.min(partition.start + partition.length, size);
    if (start < at) return [];
    if (start - at > leastGap * size) strips.push({ start: at, length: start - at });
    if (end > start) strips.push({ start, length: end - start, partition });
    at = end;
  }
  if (at > 0 && size - at > leastGap * size) strips.push({ start: at, length: size - at });
  return strips;
}

/** What has a place of its own on the disk. */
function partitionsInOrder(partitions: readonly Partition[]): Partition[] {
  return partitions
    .filter(({ kind }) => kind !== "extended" && kind !== "protective")
    .toSorted((one, other) => one.start - other.start);
}

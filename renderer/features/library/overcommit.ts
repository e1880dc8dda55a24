import type { WatchedFolder } from "../../../shared/model/watched-folder";

/** What guests were promised in a folder, against what its file system can give. Bytes. */
export interface Overcommit {
  /** The virtual sizes of the disks that guests write to. */
  readonly promised: number;
  /** What the host has given to those disks. */
  readonly taken: number;
  /** What their guests may still write. */
  readonly toCome: number;
  readonly free: number;
  readonly capacity: number;
  /** What the disks could take together: taken and free. */
  readonly available: number;
  /** By how much what may come is more than what is free; 0 when it is not. */
  readonly lacking: number;
}

/** Undefined where there is no such disk, or nobody knows what is free. */
export function overcommitOf({ images, host }: WatchedFolder): Overcommit | undefined {
  const disks = images.flatMap(({ grows, virtualSize, allocated }) =>
    grows && virtualSize !== undefined && allocated !== undefined
      ? [{ virtualSize, allocated }]
      : [],
  );
  if (host === undefined || disks.length === 0) return undefined;
  const promised = disks.reduce((sum, { virtualSize }) => sum + virtualSize, 0);
  const taken = disks.reduce((sum, { allocated }) => sum + allocated, 0);
  // A disk with snapshots may take more than it promises.
  const toCome = disks.reduce(
    (sum, { virtualSize, allocated }) => sum + Math.max(0, virtualSize - allocated),
    0,
  );
  const { free, capacity } = host;
  const lacking = Math.max(0, toCome - free);
  return { promised, taken, toCome, free, capacity, available: taken + free, lacking };
}

/** How many times over the space is promised, more than 1 where some is lacking. */
export function overcommitFactor({ taken, toCome, available }: Overcommit): number {
  return available > 0 ? (taken + toCome) / available : 0;
}

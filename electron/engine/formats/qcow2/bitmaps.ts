import { autoFlag, bitmapEntryLength, inUseFlag, type BitmapEntry } from "./bitmap-entries";

/** Bits of an entry's flags with qemu-img's names for them. */
const flagNames = [
  { bit: inUseFlag, name: "in-use" },
  { bit: autoFlag, name: "auto" },
] as const;

/** A persistent bitmap, as its directory entry tells it. */
export interface Bitmap {
  readonly name: string;
  /** Bytes of the disk that one bit stands for. */
  readonly granularity: number;
  /** "in-use" (not saved correctly, inconsistent), "auto" (enabled). */
  readonly flags: string[];
}

/** What an entry tells. */
export const bitmapOf = ({ name, granularity, flags }: BitmapEntry): Bitmap => ({
  name,
  granularity,
  flags: flagNames.filter(({ bit }) => (flags & bit) !== 0).map((flag) => flag.name),
});

/**
 * What these bitmaps take in an image with clusters of `clusterSize` bytes: of each its data and its
 * table, and their directory; whole clusters, in bytes.
 * @param size Virtual size in bytes.
 */
export function bitmapsSize(
  size: number,
  clusterSize: number,
  bitmaps: readonly Pick<Bitmap, "name" | "granularity">[],
): number {
  const clusters = (bytes: number) => Math.ceil(bytes / clusterSize);
  let total = 0;
  let directory = 0;
  for (const { name, granularity } of bitmaps) {
    const data = clusters(Math.ceil(Math.ceil(size / granularity) / 8));
    total += data + clusters(data * 8);
    directory += Math.ceil((bitmapEntryLength + new TextEncoder().encode(name).length) / 8) * 8;
  }
  return (total + clusters(directory)) * clusterSize;
}

/**
 * What a file system gives out at once, in bytes: so do ext4, XFS, Btrfs, NTFS and APFS unless they
 * were made otherwise.
 */
export const hostBlock = 4096;

/** `bytes` as whole host blocks, in bytes. */
export function wholeHostBlocks(bytes: number): number {
  return Math.ceil(bytes / hostBlock) * hostBlock;
}

/**
 * What the host gives to a file in which only these ranges are written, in bytes.
 * @param ranges Beginning and end of each in bytes, ascending; they do not overlap.
 */
export function hostBytes(ranges: Iterable<readonly [from: number, to: number]>): number {
  let bytes = 0;
  /** End of the last block that was given. */
  let given = 0;
  for (const [from, to] of ranges) {
    const first = Math.max(given, Math.floor(from / hostBlock) * hostBlock);
    const end = wholeHostBlocks(to);
    if (to > from && end > first) {
      bytes += end - first;
      given = end;
    }
  }
  return bytes;
}

/** 1 MiB: regions, the log and blocks begin on a multiple of it. */
export const mebibyte = 2 ** 20;
/** 64 KiB: the parts of the header section begin on a multiple of it. */
export const headerSectionStep = 64 * 1024;
/** Bytes of a block, at least and at most; a power of two. */
export const blockSizes = { least: mebibyte, most: 256 * mebibyte } as const;

/** Whether blocks may have so many bytes. */
export function isBlockSize(size: number): boolean {
  return size >= blockSizes.least && size <= blockSizes.most && Number.isInteger(Math.log2(size));
}

/** 64 TiB: the largest disk. */
export const largestDisk = 2 ** 46;

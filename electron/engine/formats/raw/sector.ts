/** The virtual size counts whole sectors of this many bytes; what a file lacks to the last one reads as zeros. */
export const sectorSize = 512;

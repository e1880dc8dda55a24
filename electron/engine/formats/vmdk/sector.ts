import { ImageError } from "../../errors";

/** All offsets and sizes in a VMDK are counted in sectors of this many bytes. */
export const sectorSize = 512;

/**
 * `sectors` as bytes.
 * @param what The field's name, for the error.
 * @throws ImageError `limit` past 2^53 - 1.
 */
export function bytesOf(sectors: number, what: string, file: string, at?: number): number {
  const bytes = sectors * sectorSize;
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new ImageError(
    "limit",
    `${file}: the ${what} of ${sectors} sectors is past 2^53 - 1 bytes`,
    {
      file,
      ...(at !== undefined && { at }),
      expected: "at most 2^53 - 1 bytes",
      found: `${sectors} sectors`,
    },
  );
}

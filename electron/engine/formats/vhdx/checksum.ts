import { crc32c } from "../../codec/crc32c";

/** Where headers, region tables and log entries keep their checksum, and bytes of it. */
export const checksumAt = 4;
const checksumSize = 4;

/** The CRC-32C of a structure, its own checksum taken as zero ([MS-VHDX] 2.2.2, 2.2.3, 2.3.1.1). */
export function checksumOf(bytes: Uint8Array): number {
  const head = crc32c(bytes.subarray(0, checksumAt));
  const zeroed = crc32c(new Uint8Array(checksumSize), head);
  return crc32c(bytes.subarray(checksumAt + checksumSize), zeroed);
}

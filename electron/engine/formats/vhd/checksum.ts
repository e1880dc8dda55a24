/**
 * The checksum of footer and dynamic disk header (specification, "Checksum"): the one's complement of
 * the sum of all bytes, those of the checksum itself left out.
 * @param checksumAt Byte offset of the 4 bytes of the checksum.
 */
export function checksumOf(bytes: Uint8Array, checksumAt: number): number {
  let sum = 0;
  for (const [at, byte] of bytes.entries())
    if (at < checksumAt || at >= checksumAt + 4) sum += byte;
  return ~sum >>> 0;
}

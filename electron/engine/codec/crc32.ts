/** The polynomial 0x04c11db7, its bits reversed. */
const polynomial = 0xedb88320;

/** What a byte that is shifted out does to the register. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let register = byte;
  for (let bit = 0; bit < 8; bit += 1)
    register = (register >>> 1) ^ ((register & 1) === 0 ? 0 : polynomial);
  return register;
});

/** CRC-32 of `bytes`, as in Ethernet, zlib and the GUID partition table; not VHDX's CRC-32C. */
export function crc32(bytes: Uint8Array): number {
  let register = -1;
  for (const byte of bytes) register = (register >>> 8) ^ (table[(register ^ byte) & 0xff] ?? 0);
  return ~register >>> 0;
}

/** The polynomial 0x04c11db7, its bits reversed. */
const polynomial = 0xedb88320;

/** What a byte that is shifted out does to the register. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let register = byte;
  for (let bit = 0; bit < 8; bit += 1)
    register = (register >>> 1) ^ ((register & 1) === 0 ? 0 : polynomial);
  return register;
});

/**
 * CRC-32 of `bytes` as in zlib, Ethernet and GPT (UEFI specification 5.3.2); not CRC-32C.
 * @param before The CRC-32 of the bytes that come before these; 0 when none do.
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  let register = ~before;
  for (const byte of bytes) register = (register >>> 8) ^ (table[(register ^ byte) & 0xff] ?? 0);
  return ~register >>> 0;
}

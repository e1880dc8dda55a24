/** CRC-64 of ECMA-182, the lowest bit first: that of a byte, in halves, as JavaScript counts in 32 bits. */
const polynomial = { high: 0xc96c5795, low: 0xd7870f42 };
const highTable = new Int32Array(256);
const lowTable = new Int32Array(256);
for (let byte = 0; byte < 256; byte += 1) {
  let high = 0;
  let low = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    const out = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (out === 1) {
      high ^= polynomial.high;
      low ^= polynomial.low;
    }
  }
  highTable[byte] = high;
  lowTable[byte] = low;
}

/** A CRC-64 that is told its bytes piece by piece; `take` gives it and begins anew. */
export function crc64(): { add(bytes: Uint8Array): void; take(): bigint } {
  let high = -1;
  let low = -1;
  return {
    add(bytes) {
      let h = high;
      let l = low;
      for (let at = 0; at < bytes.length; at += 1) {
        const index = (l ^ bytes[at]!) & 0xff;
        l = ((l >>> 8) | (h << 24)) ^ lowTable[index]!;
        h = (h >>> 8) ^ highTable[index]!;
      }
      high = h;
      low = l;
    },
    take() {
      const sum = (BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0);
      high = -1;
      low = -1;
      return sum;
    },
  };
}

/** Bits of a probability; a half at first. */
const modelBits = 11;
const moveBits = 5;
const top = 2 ** 24;

/** The probability that a bit is 0 before anything is known. */
export const evenOdds = 1 << (modelBits - 1);

/** Takes bits out of range-coded bytes (LZMA specification, "Range Decoder"). */
export interface RangeDecoder {
  /** Begins with the five bytes at the beginning of `from`; false when they are no such beginning. */
  begin(from: Uint8Array): boolean;
  /** The bit with the probability at `index`, which is adapted. */
  bit(index: number): number;
  /** `count` bits with a tree of probabilities from `index` on, the highest first. */
  tree(index: number, count: number): number;
  /** The same, the lowest bit first. */
  reverseTree(index: number, count: number): number;
  /** `count` bits that are as often 0 as 1, the highest first. */
  direct(count: number): number;
  /** One byte with 0x100 probabilities from `index` on, from the beginning of its tree. */
  byte(index: number): number;
  /** The same for a byte that a match would have told as `matched`, with 0x300 probabilities. */
  matchedByte(index: number, matched: number): number;
  /** Whether all bytes are taken and nothing is left over. */
  ended(): boolean;
  /** Whether more was taken than there is; what was read then means nothing. */
  overrun(): boolean;
}

/** A range decoder that adapts `odds`. */
export function rangeDecoder(odds: Uint16Array): RangeDecoder {
  let bytes: Uint8Array = new Uint8Array(0);
  let at = 0;
  // In an array of words: V8 would box numbers of 32 bits in variables that functions share.
  const words = new Uint32Array(2);

  function bit(index: number): number {
    const chance = odds[index]!;
    let range = words[0]!;
    const bound = (range >>> modelBits) * chance;
    const code = words[1]!;
    if (code < bound) {
      odds[index] = chance + ((2 ** modelBits - chance) >>> moveBits);
      range = bound;
      if (range < top) {
        words[1] = (code << 8) | bytes[at++]!;
        range *= 256;
      }
      words[0] = range;
      return 0;
    }
    odds[index] = chance - (chance >>> moveBits);
    range -= bound;
    if (range < top) {
      words[1] = ((code - bound) << 8) | bytes[at++]!;
      range *= 256;
    } else words[1] = code - bound;
    words[0] = range;
    return 1;
  }

  return {
    begin(from) {
      bytes = from;
      at = 5;
      words[0] = 0xffffffff;
      words[1] = (from[1]! << 24) | (from[2]! << 16) | (from[3]! << 8) | from[4]!;
      return from.length >= 5 && from[0] === 0;
    },
    bit,
    tree(index, count) {
      let symbol = 1;
      for (let left = count; left > 0; left -= 1) symbol = (symbol << 1) | bit(index + symbol);
      return symbol - (1 << count);
    },
    reverseTree(index, count) {
      let symbol = 1;
      let value = 0;
      for (let shift = 0; shift < count; shift += 1) {
        const next = bit(index + symbol);
        symbol = (symbol << 1) | next;
        value |= next << shift;
      }
      return value;
    },
    direct(count) {
      let value = 0;
      for (let left = count; left > 0; left -= 1) {
        const range = words[0]! >>> 1;
        const one = words[1]! >= range ? 1 : 0;
        if (one === 1) words[1] = words[1]! - range;
        value = value * 2 + one;
        if (range < top) {
          words[1] = (words[1]! << 8) | bytes[at++]!;
          words[0] = range * 256;
        } else words[0] = range;
      }
      return value;
    },
    byte(index) {
      let symbol = 1;
      while (symbol < 0x100) symbol = (symbol << 1) | bit(index + symbol);
      return symbol & 0xff;
    },
    matchedByte(index, matched) {
      let symbol = 1;
      for (let shift = 7; symbol < 0x100; shift -= 1) {
        const expected = (matched >>> shift) & 1;
        const next = bit(index + 0x100 + (expected << 8) + symbol);
        symbol = (symbol << 1) | next;
        if (next !== expected) {
          while (symbol < 0x100) symbol = (symbol << 1) | bit(index + symbol);
        }
      }
      return symbol & 0xff;
    },
    ended: () => at === bytes.length && words[1] === 0,
    overrun: () => at > bytes.length,
  };
}

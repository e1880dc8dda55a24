/** Bits of a probability; a half at first. */
const modelBits = 11;
const moveBits = 5;
const top = 2 ** 24;

/** The probability that a bit is 0 before anything is known. */
export const evenOdds = 1 << (modelBits - 1);

/**
 * The state of a range decoder (LZMA specification, "Range Decoder"). Plain functions work on it:
 * V8 makes them faster than those that share variables, from the second decoder on.
 */
export interface RangeCoder {
  /** The probabilities that bits are 0; each bit that is read adapts its own. */
  readonly odds: Uint16Array;
  /** Range and code. Numbers of 32 bits would be boxed in properties. */
  readonly words: Uint32Array;
  bytes: Uint8Array;
  /** Bytes taken; more than there are when the data is cut off: what was read then means nothing. */
  at: number;
}

/** A coder of `count` probabilities. */
export function rangeCoder(count: number): RangeCoder {
  return {
    odds: new Uint16Array(count),
    words: new Uint32Array(2),
    bytes: new Uint8Array(0),
    at: 0,
  };
}

/** Begins with the five bytes at the beginning of `from`; false when they are no such beginning. */
export function beginCoding(coder: RangeCoder, from: Uint8Array): boolean {
  coder.bytes = from;
  coder.at = 5;
  coder.words[0] = 0xffffffff;
  coder.words[1] = (from[1]! << 24) | (from[2]! << 16) | (from[3]! << 8) | from[4]!;
  return from.length >= 5 && from[0] === 0;
}

/** Whether all bytes are taken and nothing is left over. */
export function codingEnded({ at, bytes, words }: RangeCoder): boolean {
  return at === bytes.length && words[1] === 0;
}

/** The bit with the probability at `index`. */
export function bit(coder: RangeCoder, index: number): number {
  const { odds, words } = coder;
  const chance = odds[index]!;
  const range = words[0]!;
  const bound = (range >>> modelBits) * chance;
  const code = words[1]!;
  if (code < bound) {
    odds[index] = chance + ((2 ** modelBits - chance) >>> moveBits);
    if (bound < top) {
      words[1] = (code << 8) | coder.bytes[coder.at++]!;
      words[0] = bound << 8;
    } else words[0] = bound;
    return 0;
  }
  odds[index] = chance - (chance >>> moveBits);
  const left = range - bound;
  if (left < top) {
    words[1] = ((code - bound) << 8) | coder.bytes[coder.at++]!;
    words[0] = left << 8;
  } else {
    words[1] = code - bound;
    words[0] = left;
  }
  return 1;
}

/** `count` bits with a tree of probabilities from `index` on, the highest first. */
export function treeBits(coder: RangeCoder, index: number, count: number): number {
  let symbol = 1;
  for (let left = count; left > 0; left -= 1) symbol = (symbol << 1) | bit(coder, index + symbol);
  return symbol - (1 << count);
}

/** The same, the lowest bit first. */
export function reverseTreeBits(coder: RangeCoder, index: number, count: number): number {
  let symbol = 1;
  let value = 0;
  for (let shift = 0; shift < count; shift += 1) {
    const next = bit(coder, index + symbol);
    symbol = (symbol << 1) | next;
    value |= next << shift;
  }
  return value;
}

/** `count` bits that are as often 0 as 1, the highest first. */
export function directBits(coder: RangeCoder, count: number): number {
  const { words } = coder;
  let value = 0;
  for (let left = count; left > 0; left -= 1) {
    const range = words[0]! >>> 1;
    const one = words[1]! >= range ? 1 : 0;
    if (one === 1) words[1] = words[1]! - range;
    value = value * 2 + one;
    if (range < top) {
      words[1] = (words[1]! << 8) | coder.bytes[coder.at++]!;
      words[0] = range << 8;
    } else words[0] = range;
  }
  return value;
}

/** A byte that a match would have told as `matched`, with 0x300 probabilities from `index` on. */
export function matchedByte(coder: RangeCoder, index: number, matched: number): number {
  let symbol = 1;
  for (let shift = 7; symbol < 0x100; shift -= 1) {
    const expected = (matched >>> shift) & 1;
    const next = bit(coder, index + 0x100 + (expected << 8) + symbol);
    symbol = (symbol << 1) | next;
    if (next !== expected)
      while (symbol < 0x100) symbol = (symbol << 1) | bit(coder, index + symbol);
  }
  return symbol & 0xff;
}

import { backwardBits, bitsAt, bitsIn, highestBit, zstdError } from "./zstd-bits";
import { readFseTable } from "./zstd-fse";

/** A Huffman code as a table over the next `maxBits` bits. */
export interface HuffmanTable {
  /** 1 to 11. */
  readonly maxBits: number;
  /** The symbol in the upper byte, its number of bits in the lower. */
  readonly entries: Uint16Array;
}

/** Bits that a code has at most. */
const mostBits = 11;

/**
 * Reads a code's description at byte `at` (RFC 8878, 4.2.1): a weight for each symbol but the last.
 * @returns The table, and the byte behind its description.
 * @throws ImageError `corrupt-data`.
 */
export function readHuffmanTable(
  bytes: Uint8Array,
  at: number,
): { table: HuffmanTable; end: number } {
  const header = bytes[at] ?? 0;
  const start = at + 1;
  if (header < 128) {
    const end = start + header;
    if (end > bytes.length) throw zstdError("a Huffman code is cut off");
    return { table: huffmanTable(compressedWeights(bytes.subarray(start, end))), end };
  }
  const count = header - 127;
  const end = start + Math.ceil(count / 2);
  const weights = Array.from({ length: count }, (_, i) => {
    const pair = bytes[start + (i >> 1)] ?? 0;
    return i % 2 === 0 ? pair >> 4 : pair & 15;
  });
  return { table: huffmanTable(weights), end };
}

/** Weights that two states tell in turn, until there are no bits left. */
function compressedWeights(bytes: Uint8Array): number[] {
  const { table, end } = readFseTable(bytes, 0, { accuracyLog: 6, symbol: 255 });
  const bits = backwardBits(bytes.subarray(end));
  const states = [bits.read(table.accuracyLog), bits.read(table.accuracyLog)] as [number, number];
  const weights: number[] = [];
  for (let turn = 0 as 0 | 1; weights.length < 255; turn = turn === 0 ? 1 : 0) {
    const state = states[turn];
    weights.push(table.symbols[state] ?? 0);
    states[turn] = (table.bases[state] ?? 0) + bits.read(table.bits[state] ?? 0);
    if (bits.left() >= 0) continue;
    weights.push(table.symbols[states[turn === 0 ? 1 : 0]] ?? 0);
    return weights;
  }
  throw zstdError("a Huffman code has too many symbols");
}

/** The table for weights (0 no code, else a share of 2^(weight - 1)); the last symbol has what is left. */
function huffmanTable(weights: readonly number[]): HuffmanTable {
  if (weights.some((weight) => weight > mostBits)) throw zstdError("a Huffman code is too long");
  const sum = weights.reduce((total, weight) => total + (weight === 0 ? 0 : 1 << (weight - 1)), 0);
  if (sum === 0) throw zstdError("a Huffman code has no symbol");
  const maxBits = highestBit(sum) + 1;
  const left = (1 << maxBits) - sum;
  if (maxBits > mostBits || (left & (left - 1)) !== 0 || weights.length > 255)
    throw zstdError("a Huffman code is not complete");
  const all = [...weights, highestBit(left) + 1];
  const entries = new Uint16Array(1 << maxBits);
  let at = 0;
  for (let weight = 1; weight <= maxBits; weight++) {
    all.forEach((each, symbol) => {
      if (each !== weight) return;
      const share = 1 << (weight - 1);
      entries.fill((symbol << 8) | (maxBits + 1 - weight), at, at + share);
      at += share;
    });
  }
  return { maxBits, entries };
}

/**
 * Fills `into` from one stream.
 * @throws ImageError `corrupt-data` when it does not hold exactly that.
 */
export function decodeHuffman(
  stream: Uint8Array,
  { maxBits, entries }: HuffmanTable,
  into: Uint8Array,
): void {
  const mask = (1 << maxBits) - 1;
  let position = bitsIn(stream);
  for (let i = 0; i < into.length; i++) {
    const entry = entries[bitsAt(stream, position - maxBits) & mask] ?? 0;
    into[i] = entry >> 8;
    position -= entry & 0xff;
  }
  if (position !== 0) throw zstdError("a Huffman stream is longer or shorter than its literals");
}

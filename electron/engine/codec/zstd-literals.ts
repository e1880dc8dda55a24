import { zstdError } from "./zstd-bits";
import { decodeHuffman, readHuffmanTable, type HuffmanTable } from "./zstd-huffman";

/** The bytes that a block's sequences take from, beside what was decoded before. */
export interface Literals {
  readonly bytes: Uint8Array;
  /** Where the sequences begin in the block. */
  readonly end: number;
  /** The Huffman code that a later block may use again. */
  readonly table?: HuffmanTable;
}

/** How long a literals section is. */
interface Sizes {
  readonly at: number;
  readonly regenerated: number;
  readonly compressed: number;
  readonly streams: 1 | 4;
}

/**
 * Decodes the literals section at the beginning of a block (RFC 8878, 3.1.1.3.1).
 * @param before The code of an earlier block, if any.
 * @param most Bytes that the block may yield.
 * @throws ImageError `corrupt-data`.
 */
export function readLiterals(
  block: Uint8Array,
  before: HuffmanTable | undefined,
  most: number,
): Literals {
  const type = (block[0] ?? 0) & 3;
  const sizes = type < 2 ? plainSizes(block) : compressedSizes(block);
  const { at, regenerated, compressed } = sizes;
  const end = at + (type === 1 ? 1 : type === 0 ? regenerated : compressed);
  if (regenerated > most || end > block.length) throw zstdError("literals are too long");
  if (type === 0) return { bytes: block.subarray(at, end), end };
  const bytes = new Uint8Array(regenerated);
  if (type === 1) return { bytes: bytes.fill(block[at] ?? 0), end };
  const section = block.subarray(0, end);
  const { table, end: streamsAt } =
    type === 2 ? readHuffmanTable(section, at) : { table: before, end: at };
  if (table === undefined) throw zstdError("there is no Huffman code to use again");
  decodeStreams(section.subarray(streamsAt), table, bytes, sizes.streams);
  return { bytes, end, table };
}

function plainSizes(block: Uint8Array): Sizes {
  const format = ((block[0] ?? 0) >> 2) & 3;
  const at = format === 1 ? 2 : format === 3 ? 3 : 1;
  const regenerated = littleEndian(block, at) >> (at === 1 ? 3 : 4);
  return { at, regenerated, compressed: 0, streams: 1 };
}

function compressedSizes(block: Uint8Array): Sizes {
  const format = ((block[0] ?? 0) >> 2) & 3;
  const [at, width] = (
    [
      [3, 10],
      [3, 10],
      [4, 14],
      [5, 18],
    ] as const
  )[format as 0 | 1 | 2 | 3];
  // Up to 40 bits: more than bit operators take.
  const both = Math.floor(littleEndian(block, at) / 16);
  return {
    at,
    regenerated: both % 2 ** width,
    compressed: Math.floor(both / 2 ** width),
    streams: format === 0 ? 1 : 4,
  };
}

function littleEndian(bytes: Uint8Array, length: number): number {
  let number = 0;
  for (let i = length - 1; i >= 0; i--) number = number * 256 + (bytes[i] ?? 0);
  return number;
}

/** One stream, or four behind a table of the first three's lengths. */
function decodeStreams(
  bytes: Uint8Array,
  table: HuffmanTable,
  into: Uint8Array,
  streams: 1 | 4,
): void {
  if (streams === 1) return decodeHuffman(bytes, table, into);
  const share = Math.ceil(into.length / 4);
  if (share * 3 > into.length) throw zstdError("four streams for too few literals");
  let at = 6;
  for (let i = 0; i < 4; i++) {
    const length = (bytes[i * 2] ?? 0) | ((bytes[i * 2 + 1] ?? 0) << 8);
    const end = i === 3 ? bytes.length : at + length;
    if (end > bytes.length) throw zstdError("a Huffman stream is cut off");
    const part = into.subarray(i * share, i === 3 ? into.length : (i + 1) * share);
    decodeHuffman(bytes.subarray(at, end), table, part);
    at = end;
  }
}

import { corruptBzip2, type BitReader } from "./bit-reader";

/** Bits of a code at most. */
const longest = 20;

/** A Huffman code: takes the bits of one symbol and tells it. @throws ImageError `corrupt-data`. */
export type ReadSymbol = () => number;

/**
 * Reads the lengths of a code of `symbols` symbols, as differences, and makes the code.
 * @throws ImageError `corrupt-data` for lengths that make none.
 */
export function readCode(reader: BitReader, symbols: number): ReadSymbol {
  const lengths = new Uint8Array(symbols);
  let length = reader.bits(5);
  for (let symbol = 0; symbol < symbols; symbol += 1) {
    for (;;) {
      if (length < 1 || length > longest) throw corruptBzip2(`a code of ${length} bits`);
      if (reader.bits(1) === 0) break;
      length += reader.bits(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  return canonical(reader, lengths);
}

/** The canonical code: codes of one length follow one another, in the symbols' order. */
function canonical(reader: BitReader, lengths: Uint8Array): ReadSymbol {
  const counts = new Uint32Array(longest + 1);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  /** By length: what the first code is, and where its symbol stands in `order`. */
  const firstCode = new Int32Array(longest + 2);
  const firstIndex = new Int32Array(longest + 2);
  for (let length = 1; length <= longest; length += 1) {
    const count = counts[length] ?? 0;
    const code = (firstCode[length] ?? 0) + count;
    if (code > 2 ** length) throw corruptBzip2("more codes than there can be");
    firstCode[length + 1] = code * 2;
    firstIndex[length + 1] = (firstIndex[length] ?? 0) + count;
  }
  const order = new Uint16Array(lengths.length);
  const next = firstIndex.slice();
  for (const [symbol, length] of lengths.entries()) {
    const index = next[length] ?? 0;
    order[index] = symbol;
    next[length] = index + 1;
  }
  return () => {
    let code = 0;
    for (let length = 1; length <= longest; length += 1) {
      code = (code << 1) | reader.bits(1);
      const within = code - (firstCode[length] ?? 0);
      if (within < (counts[length] ?? 0)) return order[(firstIndex[length] ?? 0) + within] ?? 0;
    }
    throw corruptBzip2("a code that stands for nothing");
  };
}

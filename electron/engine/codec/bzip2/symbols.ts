import { corruptBzip2, type BitReader } from "./bit-reader";
import { readCode, type ReadSymbol } from "./huffman";

/** Symbols that are coded with one code before the next is selected. */
const groupSize = 50;

/**
 * Reads the coded symbols of a block and undoes the coding of runs and the move to front: `into` is
 * filled from its beginning. The answer is the number of bytes; more than `into.length` is an error.
 * @throws ImageError `corrupt-data`.
 */
export function readSymbols(reader: BitReader, into: Uint8Array): number {
  const front = readAlphabet(reader);
  const next = readCodes(reader, front.length);
  const endOfBlock = front.length + 1;
  let length = 0;
  let run = 0;
  let weight = 1;

  function endRun(): void {
    if (run > into.length - length) throw corruptBzip2("a block holds more than it may");
    into.fill(front[0] ?? 0, length, length + run);
    length += run;
    run = 0;
    weight = 1;
  }

  for (;;) {
    const symbol = next();
    if (symbol <= 1) {
      // A run's length in digits of 1 and 2, the lowest first.
      run += weight * (symbol + 1);
      weight *= 2;
      if (run > into.length) throw corruptBzip2("a block holds more than it may");
      continue;
    }
    if (run > 0) endRun();
    if (symbol === endOfBlock) return length;
    if (length >= into.length) throw corruptBzip2("a block holds more than it may");
    const byte = front[symbol - 1] ?? 0;
    front.copyWithin(1, 0, symbol - 1);
    front[0] = byte;
    into[length] = byte;
    length += 1;
  }
}

/** The bytes that occur in the block, in order. */
function readAlphabet(reader: BitReader): Uint8Array {
  const rows = reader.bits(16);
  const bytes: number[] = [];
  for (let row = 0; row < 16; row += 1) {
    if ((rows & (0x8000 >>> row)) === 0) continue;
    const columns = reader.bits(16);
    for (let column = 0; column < 16; column += 1)
      if ((columns & (0x8000 >>> column)) !== 0) bytes.push(row * 16 + column);
  }
  if (bytes.length === 0) throw corruptBzip2("a block of no bytes");
  return Uint8Array.from(bytes);
}

/** The codes of a block and which of them is when to be used. */
function readCodes(reader: BitReader, alphabet: number): ReadSymbol {
  const codes = reader.bits(3);
  if (codes < 2 || codes > 6) throw corruptBzip2(`${codes} codes`);
  const selectors = new Uint8Array(reader.bits(15));
  const front = Array.from({ length: codes }, (_, code) => code);
  for (let index = 0; index < selectors.length; index += 1) {
    let position = 0;
    while (reader.bits(1) === 1) position += 1;
    const [code] = front.splice(position, 1);
    if (code === undefined) throw corruptBzip2("a code that is not there is selected");
    front.unshift(code);
    selectors[index] = code;
  }
  const read = Array.from({ length: codes }, () => readCode(reader, alphabet + 2));
  let group = 0;
  let left = 0;
  let current: ReadSymbol | undefined;
  return () => {
    if (left === 0) {
      current = group < selectors.length ? read[selectors[group] ?? 0] : undefined;
      group += 1;
      left = groupSize;
    }
    left -= 1;
    if (current === undefined) throw corruptBzip2("a block without an end");
    return current();
  };
}

import { bitsAt, highestBit, zstdError } from "./zstd-bits";

/** A table of finite state entropy: what each state stands for and where it leads (RFC 8878, 4.1). */
export interface FseTable {
  /** The number of states is 2^accuracyLog. */
  readonly accuracyLog: number;
  readonly symbols: Uint8Array;
  /** The next state is `bases[state]` plus the next `bits[state]` bits. */
  readonly bits: Uint8Array;
  readonly bases: Uint16Array;
}

/**
 * The table for symbols with these probabilities, in parts of 2^accuracyLog; -1 stands for less than one.
 * @throws ImageError `corrupt-data` when they do not add up.
 */
export function fseTable(probabilities: readonly number[], accuracyLog: number): FseTable {
  const size = 1 << accuracyLog;
  const symbols = new Uint8Array(size);
  const next = probabilities.map((probability) => Math.abs(probability));
  if (next.reduce((sum, each) => sum + each, 0) !== size) throw zstdError("odd probabilities");
  let high = size;
  probabilities.forEach((probability, symbol) => {
    if (probability === -1) symbols[--high] = symbol;
  });
  const step = (size >> 1) + (size >> 3) + 3;
  let state = 0;
  probabilities.forEach((probability, symbol) => {
    for (let i = 0; i < probability; i++) {
      symbols[state] = symbol;
      do state = (state + step) & (size - 1);
      while (state >= high);
    }
  });
  const bits = new Uint8Array(size);
  const bases = new Uint16Array(size);
  symbols.forEach((symbol, at) => {
    const number = next[symbol] ?? 1;
    next[symbol] = number + 1;
    const count = accuracyLog - highestBit(number);
    bits[at] = count;
    bases[at] = (number << count) - size;
  });
  return { accuracyLog, symbols, bits, bases };
}

/** The table with one symbol and no bits. */
export function singleSymbolTable(symbol: number): FseTable {
  return {
    accuracyLog: 0,
    symbols: Uint8Array.of(symbol),
    bits: new Uint8Array(1),
    bases: new Uint16Array(1),
  };
}

/**
 * Reads a table's description at byte `at` (RFC 8878, 4.1.1).
 * @param most The largest accuracy and symbol that are allowed.
 * @returns The table, and the byte behind its description.
 * @throws ImageError `corrupt-data`.
 */
export function readFseTable(
  bytes: Uint8Array,
  at: number,
  most: { readonly accuracyLog: number; readonly symbol: number },
): { table: FseTable; end: number } {
  let position = at * 8;
  const read = (count: number): number => {
    const value = bitsAt(bytes, position) & ((1 << count) - 1);
    position += count;
    return value;
  };
  const accuracyLog = read(4) + 5;
  if (accuracyLog > most.accuracyLog) throw zstdError("a table is too accurate");
  const probabilities: number[] = [];
  for (let left = 1 << accuracyLog; left > 0;) {
    // Values up to left + 1; the smallest of them take one bit less.
    const width = highestBit(left + 1) + 1;
    const shorter = (1 << width) - 1 - (left + 1);
    const low = (1 << (width - 1)) - 1;
    let value = read(width);
    if ((value & low) < shorter) {
      position -= 1;
      value &= low;
    } else if (value > low) {
      value -= shorter;
    }
    const probability = value - 1;
    probabilities.push(probability);
    left -= Math.abs(probability);
    if (probability !== 0) continue;
    for (let repeat = 3; repeat === 3;) {
      repeat = read(2);
      for (let i = 0; i < repeat; i++) probabilities.push(0);
      if (probabilities.length > most.symbol + 1) break;
    }
    if (probabilities.length > most.symbol) break;
  }
  const end = Math.ceil(position / 8);
  if (probabilities.length > most.symbol + 1 || end > bytes.length)
    throw zstdError("a table has too many symbols");
  return { table: fseTable(probabilities, accuracyLog), end };
}

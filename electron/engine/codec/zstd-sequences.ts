import { backwardBits, zstdError } from "./zstd-bits";
import { fseTable, readFseTable, singleSymbolTable, type FseTable } from "./zstd-fse";

/** What the codes of one kind mean (RFC 8878, 3.1.1.3.2.1). */
interface Codes {
  /** Extra bits of each code, and what they are added to. */
  readonly bits: readonly number[];
  readonly bases: readonly number[];
  readonly accuracyLog: number;
  /** The table for when the block gives none. */
  readonly predefined: FseTable;
}

function codes(
  bits: readonly number[],
  firstBase: number,
  accuracyLog: number,
  predefined: FseTable,
): Codes {
  let base = firstBase;
  const bases = bits.map((count) => {
    const from = base;
    base += 2 ** count;
    return from;
  });
  return { bits, bases, accuracyLog, predefined };
}

const many = (count: number, value: number): number[] => new Array<number>(count).fill(value);

const literalLengths = codes(
  [...many(16, 0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  0,
  9,
  fseTable([4, 3, ...many(11, 2), 1, 1, 1, ...many(9, 2), 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1], 6),
);

const matchLengths = codes(
  [...many(32, 0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  3,
  9,
  fseTable([1, 4, 3, ...many(6, 2), ...many(37, 1), ...many(7, -1)], 6),
);

/** A code is its number of bits: offsets past the largest window that is accepted have none. */
const offsets = codes(
  Array.from({ length: 28 }, (_, code) => code),
  1,
  8,
  fseTable([...many(6, 1), 2, 2, 2, ...many(15, 1), ...many(5, -1)], 5),
);

/** The tables of a block: for literal lengths, offsets and match lengths. */
export type SequenceTables = readonly [FseTable, FseTable, FseTable];

/** How one block's sequences are told. */
export interface SequencesHeader {
  readonly count: number;
  /** Where the bit stream begins; it takes the rest of the block. */
  readonly at: number;
  readonly tables?: SequenceTables;
}

/**
 * Reads the head of the sequences section at byte `start` of a block (RFC 8878, 3.1.1.3.2).
 * @param before The tables of an earlier block, if any.
 * @throws ImageError `corrupt-data`.
 */
export function readSequencesHeader(
  block: Uint8Array,
  start: number,
  before: SequenceTables | undefined,
): SequencesHeader {
  const byte = (at: number): number => block[at] ?? 0;
  const first = byte(start);
  if (first === 0) {
    if (start + 1 !== block.length) throw zstdError("there is something behind the literals");
    return { count: 0, at: start + 1 };
  }
  let at = start + 1;
  let count = first;
  if (first === 255) {
    count = byte(at) + byte(at + 1) * 256 + 0x7f00;
    at += 2;
  } else if (first > 127) {
    count = (first - 128) * 256 + byte(at);
    at += 1;
  }
  const modes = byte(at++);
  if ((modes & 3) !== 0) throw zstdError("a reserved bit of the sequences is set");

  function tableOf(kind: Codes, mode: number, earlier: FseTable | undefined): FseTable {
    if (mode === 0) return kind.predefined;
    if (mode === 1) {
      const symbol = byte(at++);
      if (symbol >= kind.bits.length) throw zstdError("a code is not known");
      return singleSymbolTable(symbol);
    }
    if (mode === 2) {
      const most = {
        accuracyLog: kind.accuracyLog,
        symbol: kind === offsets ? 31 : kind.bits.length - 1,
      };
      const { table, end } = readFseTable(block, at, most);
      at = end;
      return table;
    }
    if (earlier === undefined) throw zstdError("there is no table to use again");
    return earlier;
  }

  const tables = [
    tableOf(literalLengths, modes >> 6, before?.[0]),
    tableOf(offsets, (modes >> 4) & 3, before?.[1]),
    tableOf(matchLengths, (modes >> 2) & 3, before?.[2]),
  ] as const;
  return { count, at, tables };
}

/**
 * Calls `each` for every sequence of the bit stream: so many literals, then so many bytes from
 * `offset` (as it is told: 1 to 3 mean earlier ones).
 * @throws ImageError `corrupt-data`, and what `each` throws.
 */
export function eachSequence(
  stream: Uint8Array,
  count: number,
  tables: SequenceTables,
  each: (literals: number, offset: number, match: number) => void,
): void {
  const bits = backwardBits(stream);
  const [literalTable, offsetTable, matchTable] = tables;
  let literalState = bits.read(literalTable.accuracyLog);
  let offsetState = bits.read(offsetTable.accuracyLog);
  let matchState = bits.read(matchTable.accuracyLog);
  const next = (table: FseTable, state: number): number =>
    (table.bases[state] ?? 0) + bits.read(table.bits[state] ?? 0);
  const value = ({ bits: widths, bases }: Codes, table: FseTable, state: number): number => {
    const code = table.symbols[state] ?? 0;
    const base = bases[code];
    if (base === undefined) throw zstdError("an offset is too far back");
    return base + bits.read(widths[code] ?? 0);
  };
  for (let left = count; left > 0; left--) {
    const offset = value(offsets, offsetTable, offsetState);
    const match = value(matchLengths, matchTable, matchState);
    const literals = value(literalLengths, literalTable, literalState);
    if (left > 1) {
      literalState = next(literalTable, literalState);
      matchState = next(matchTable, matchState);
      offsetState = next(offsetTable, offsetState);
    }
    if (bits.left() < 0) throw zstdError("the sequences are cut off");
    each(literals, offset, match);
  }
  if (bits.left() !== 0) throw zstdError("there is something behind the sequences");
}

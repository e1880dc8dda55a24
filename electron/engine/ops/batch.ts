import type { Placement } from "../image/writer";
import type { PackedBlock } from "./pack-operation";
import { MOST_PIECES, operationSize, type Operation, type Piece } from "./plan";

/**
 * A batch covers some 4 GiB of data: enough to keep threads busy, and the same memory for any
 * image.
 */
const MOST_OPERATIONS = 4096;
/** Bytes for the results: where every small block is told by itself, a batch has fewer operations. */
const MOST_RESULTS = 16 * 1024 * 1024;
const PIECES = 4 * MOST_PIECES;
/** at, length, dataBytes, index of the first piece, number of pieces, first slot. */
const OPERATION_WORDS = 6;
const FIRST_SLOT = 5;
/** at, length, descriptor or NO_FILE or ZEROS, hostAt. */
const PIECE_WORDS = 4;
const NO_FILE = -1;
const ZEROS = -2;
/** In front of the tables: the number of operations, of pieces, and the part of the target. */
const HEAD_WORDS = 3;
const PART = 2;

/**
 * The operations that the threads of a conversion share, and what became of each, in shared memory.
 * One thread adds to it, and gives out what it has added (`Crew.publish`); each touches only what has
 * been given out, and only the results of the operations it has taken.
 */
export interface Batch {
  readonly buffer: SharedArrayBuffer;
  /** Operations in it, given out or not. */
  readonly count: number;
  /** Index of the target's part that all of them are for. */
  readonly part: number;
  /** Empties it, for operations of another part. */
  clear(part?: number): void;
  /** False when it is full. One operation always fits into an empty batch. */
  add(operation: Operation): boolean;
  /** @param index 0 <= index < count. */
  operation(index: number): Operation;
  /**
   * Notes that these blocks of the operation were written, in order, to the slots from `slot` on.
   */
  setPlaced(index: number, slot: number, blocks: readonly BlockRun[]): void;
  /** What `setPlaced` noted of the operation at guest offset `at`; no blocks when nothing. */
  placed(index: number): {
    readonly at: number;
    readonly slot: number;
    readonly blocks: readonly BlockRun[];
  };
  /** Notes where blocks of the operation are stored; only for a packed placement. */
  setPacked(index: number, blocks: readonly PackedBlock[]): void;
  /** What `setPacked` noted, in order; empty when nothing. */
  packed(index: number): PackedBlock[];
}

/** Blocks `from` (included) to `to` (not included) of an operation. */
export interface BlockRun {
  readonly from: number;
  readonly to: number;
}

/** A batch over `shared` (the buffer of one with the same placement), or a new one. */
export function createBatch(placement: Placement, shared?: SharedArrayBuffer): Batch {
  const resultWords = resultWordsOf(placement);
  const mostOperations = Math.min(MOST_OPERATIONS, Math.floor(MOST_RESULTS / (resultWords * 4)));
  const operationsAt = HEAD_WORDS * 8;
  const piecesAt = operationsAt + MOST_OPERATIONS * OPERATION_WORDS * 8;
  const resultsAt = piecesAt + PIECES * PIECE_WORDS * 8;
  const resultBytes = mostOperations * resultWords * 4;
  const buffer = shared ?? new SharedArrayBuffer(resultsAt + resultBytes);
  const head = new Float64Array(buffer, 0, HEAD_WORDS);
  const operations = new Float64Array(buffer, operationsAt, MOST_OPERATIONS * OPERATION_WORDS);
  const pieces = new Float64Array(buffer, piecesAt, PIECES * PIECE_WORDS);
  const results = new Int32Array(buffer, resultsAt, resultBytes / 4);

  const pairsOf = (index: number) =>
    new Float64Array(buffer, resultsAt + index * resultWords * 4, resultWords / 2);

  // Word by word: taking apart an array costs more than all else that is done with an operation.
  function piece(index: number): Piece {
    const from = index * PIECE_WORDS;
    const at = pieces[from] ?? 0;
    const length = pieces[from + 1] ?? 0;
    const fd = pieces[from + 2] ?? NO_FILE;
    const hostAt = pieces[from + 3] ?? 0;
    if (fd === ZEROS) return { at, length, hostAt, zeros: true };
    return fd === NO_FILE ? { at, length, hostAt } : { at, length, fd, hostAt };
  }

  return {
    buffer,
    get count() {
      return head[0] ?? 0;
    },
    get part() {
      return head[PART] ?? 0;
    },
    clear: (part = 0) => head.set([0, 0, part]),
    add({ at, length, dataBytes, pieces: parts }) {
      const count = head[0] ?? 0;
      const first = head[1] ?? 0;
      if (count === mostOperations || first + parts.length > PIECES) return false;
      const words = count * OPERATION_WORDS;
      operations[words] = at;
      operations[words + 1] = length;
      operations[words + 2] = dataBytes;
      operations[words + 3] = first;
      operations[words + 4] = parts.length;
      operations[words + FIRST_SLOT] = 0;
      results.fill(0, count * resultWords, (count + 1) * resultWords);
      let next = first * PIECE_WORDS;
      for (const part of parts) {
        pieces[next] = part.at;
        pieces[next + 1] = part.length;
        pieces[next + 2] = part.zeros === true ? ZEROS : (part.fd ?? NO_FILE);
        pieces[next + 3] = part.hostAt;
        next += PIECE_WORDS;
      }
      head[0] = count + 1;
      head[1] = first + parts.length;
      return true;
    },
    operation(index) {
      const from = index * OPERATION_WORDS;
      const first = operations[from + 3] ?? 0;
      const end = first + (operations[from + 4] ?? 0);
      const parts: Piece[] = [];
      for (let part = first; part < end; part++) parts.push(piece(part));
      return {
        at: operations[from] ?? 0,
        length: operations[from + 1] ?? 0,
        dataBytes: operations[from + 2] ?? 0,
        pieces: parts,
      };
    },
    setPlaced(index, slot, blocks) {
      operations[index * OPERATION_WORDS + FIRST_SLOT] = slot;
      const first = index * resultWords;
      for (const { from, to } of blocks) {
        for (let block = from; block < to; block++) {
          const word = first + (block >> 5);
          results[word] = (results[word] ?? 0) | (1 << (block & 31));
        }
      }
    },
    placed(index) {
      return {
        at: operations[index * OPERATION_WORDS] ?? 0,
        slot: operations[index * OPERATION_WORDS + FIRST_SLOT] ?? 0,
        blocks: runsOfBits(results, index * resultWords, resultWords),
      };
    },
    setPacked(index, blocks) {
      const pairs = pairsOf(index);
      for (const { block, at, length, encoded } of blocks) {
        pairs.set([at, encoded ? length : -length], block * 2);
      }
    },
    packed(index) {
      const pairs = pairsOf(index);
      const blocks: PackedBlock[] = [];
      for (let block = 0; block * 2 < pairs.length; block++) {
        const [at = 0, length = 0] = pairs.subarray(block * 2);
        if (length === 0) continue;
        blocks.push({ block, at, length: Math.abs(length), encoded: length > 0 });
      }
      return blocks;
    },
  };
}

/** 32-bit words for the results of one operation. A linear target tells nothing back. */
function resultWordsOf(placement: Placement): number {
  const blocks = operationSize(placement) / placement.blockSize;
  switch (placement.kind) {
    case "linear":
      return 0;
    case "slots":
      // One bit for each block.
      return Math.ceil(blocks / 32);
    case "packed":
      // Two 64-bit numbers for each block: where it is stored, and its length, negative when plain.
      return blocks * 4;
  }
}

/** The runs of set bits in the `count` words from `first` on, in order, as numbers of bits. */
function runsOfBits(words: Int32Array, first: number, count: number): BlockRun[] {
  const runs: BlockRun[] = [];
  let from = -1;
  for (let nth = 0; nth < count; nth++) {
    const word = words[first + nth] ?? 0;
    // From one change between set and clear to the next.
    for (let bit = 0; bit < 32;) {
      const rest = (from < 0 ? word : ~word) >>> bit;
      if (rest === 0) break;
      bit += 31 - Math.clz32(rest & -rest);
      const at = nth * 32 + bit;
      if (from < 0) from = at;
      else {
        runs.push({ from, to: at });
        from = -1;
      }
    }
  }
  if (from >= 0) runs.push({ from, to: count * 32 });
  return runs;
}

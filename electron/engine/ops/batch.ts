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

  const counts = () => ({ operationCount: head[0] ?? 0, pieceCount: head[1] ?? 0 });
  const resultOf = (index: number) =>
    results.subarray(index * resultWords, (index + 1) * resultWords);
  const pairsOf = (index: number) => {
    const { byteOffset, length } = resultOf(index);
    return new Float64Array(buffer, byteOffset, length / 2);
  };

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
      return counts().operationCount;
    },
    get part() {
      return head[PART] ?? 0;
    },
    clear: (part = 0) => head.set([0, 0, part]),
    add({ at, length, dataBytes, pieces: parts }) {
      const { operationCount, pieceCount } = counts();
      if (operationCount === mostOperations || pieceCount + parts.length > PIECES) return false;
      operations.set(
        [at, length, dataBytes, pieceCount, parts.length, 0],
        operationCount * OPERATION_WORDS,
      );
      resultOf(operationCount).fill(0);
      parts.forEach((part, nth) => {
        const fd = part.zeros === true ? ZEROS : (part.fd ?? NO_FILE);
        const words = [part.at, part.length, fd, part.hostAt];
        pieces.set(words, (pieceCount + nth) * PIECE_WORDS);
      });
      head.set([operationCount + 1, pieceCount + parts.length]);
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
      const bits = resultOf(index);
      for (const { from, to } of blocks) {
        for (let block = from; block < to; block++) {
          bits[block >> 5] = (bits[block >> 5] ?? 0) | (1 << (block & 31));
        }
      }
    },
    placed(index) {
      return {
        at: operations[index * OPERATION_WORDS] ?? 0,
        slot: operations[index * OPERATION_WORDS + FIRST_SLOT] ?? 0,
        blocks: runsOfBits(resultOf(index)),
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

/** The runs of set bits, in order. */
function runsOfBits(bits: Int32Array): BlockRun[] {
  const runs: BlockRun[] = [];
  let from = -1;
  const blocks = bits.length * 32;
  for (let block = 0; block < blocks; block++) {
    const set = ((bits[block >> 5] ?? 0) & (1 << (block & 31))) !== 0;
    if (set && from < 0) from = block;
    if (!set && from >= 0) {
      runs.push({ from, to: block });
      from = -1;
    }
  }
  if (from >= 0) runs.push({ from, to: blocks });
  return runs;
}

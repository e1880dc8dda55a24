import type { Placement } from "../image/writer";
import { MOST_PIECES, operationSize, type Operation, type Piece } from "./plan";

/**
 * A batch covers some 4 GiB of data: enough to keep threads busy, and the same memory for any
 * image.
 */
const MOST_OPERATIONS = 4096;
const PIECES = 4 * MOST_PIECES;
/** at, length, dataBytes, index of the first piece, number of pieces, first slot. */
const OPERATION_WORDS = 6;
const FIRST_SLOT = 5;
/** at, length, descriptor or NO_FILE, hostAt. */
const PIECE_WORDS = 4;
const NO_FILE = -1;
/** In front of the tables: the number of operations, and of pieces. */
const HEAD_WORDS = 2;

/**
 * The operations that the threads of a conversion share, and what became of each, in shared memory.
 * One thread fills it while no other looks; then each touches only the results of the operations it
 * has taken.
 */
export interface Batch {
  readonly buffer: SharedArrayBuffer;
  /** Operations in it. */
  readonly count: number;
  clear(): void;
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
}

/** Blocks `from` (included) to `to` (not included) of an operation. */
export interface BlockRun {
  readonly from: number;
  readonly to: number;
}

/** A batch over `shared` (the buffer of one with the same placement), or a new one. */
export function createBatch(placement: Placement, shared?: SharedArrayBuffer): Batch {
  // One bit for each block. A linear target tells nothing back.
  const most = placement.kind === "slots" ? operationSize(placement) / placement.blockSize : 0;
  const resultWords = Math.ceil(most / 32);
  const operationsAt = HEAD_WORDS * 8;
  const piecesAt = operationsAt + MOST_OPERATIONS * OPERATION_WORDS * 8;
  const resultsAt = piecesAt + PIECES * PIECE_WORDS * 8;
  const buffer = shared ?? new SharedArrayBuffer(resultsAt + MOST_OPERATIONS * resultWords * 4);
  const head = new Float64Array(buffer, 0, HEAD_WORDS);
  const operations = new Float64Array(buffer, operationsAt, MOST_OPERATIONS * OPERATION_WORDS);
  const pieces = new Float64Array(buffer, piecesAt, PIECES * PIECE_WORDS);
  const results = new Int32Array(buffer, resultsAt, MOST_OPERATIONS * resultWords);

  const counts = () => ({ operationCount: head[0] ?? 0, pieceCount: head[1] ?? 0 });
  const resultOf = (index: number) =>
    results.subarray(index * resultWords, (index + 1) * resultWords);

  // Word by word: taking apart an array costs more than all else that is done with an operation.
  function piece(index: number): Piece {
    const from = index * PIECE_WORDS;
    const at = pieces[from] ?? 0;
    const length = pieces[from + 1] ?? 0;
    const fd = pieces[from + 2] ?? NO_FILE;
    const hostAt = pieces[from + 3] ?? 0;
    return fd === NO_FILE ? { at, length, hostAt } : { at, length, fd, hostAt };
  }

  return {
    buffer,
    get count() {
      return counts().operationCount;
    },
    clear: () => head.fill(0),
    add({ at, length, dataBytes, pieces: parts }) {
      const { operationCount, pieceCount } = counts();
      if (operationCount === MOST_OPERATIONS || pieceCount + parts.length > PIECES) return false;
      operations.set(
        [at, length, dataBytes, pieceCount, parts.length, 0],
        operationCount * OPERATION_WORDS,
      );
      resultOf(operationCount).fill(0);
      parts.forEach((part, nth) => {
        const words = [part.at, part.length, part.fd ?? NO_FILE, part.hostAt];
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
  };
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

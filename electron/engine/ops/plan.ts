import type { DiskImage } from "../image/disk-image";
import type { Batch } from "./batch";
import { changedBlocks } from "./changed-blocks";
import type { Placement } from "../image/writer";
import type { ByteSource } from "../io/source";
import { STEP } from "./copy-buffer";
import { storedExtents } from "./stored-extents";

/** A stretch of guest bytes that have to be read. */
export interface Piece {
  /** Guest offset in bytes. */
  readonly at: number;
  /** Bytes. */
  readonly length: number;
  /** The open file that stores it as it is; absent when it has to be read through the image. */
  readonly fd?: number;
  /** Byte offset in that file. */
  readonly hostAt: number;
  /** Nothing is stored: it is written as zeros, which are asked for. */
  readonly zeros?: true;
}

/** A stretch of whole target blocks that one copier reads, looks at and writes. */
export interface Operation {
  /** Guest offset in bytes, a multiple of the target's block size. */
  readonly at: number;
  /**
   * Bytes, a multiple of the target's block size; the last one may reach past the end of the disk.
   */
  readonly length: number;
  /** In order; what lies between them reads as zeros. */
  readonly pieces: readonly Piece[];
  /** Bytes of data and encoded data in it. */
  readonly dataBytes: number;
}

/** Zeros between two pieces that are rather filled in than made the border of two operations. */
const MOST_GAP = 64 * 1024;

/** Pieces of one operation; what would have more is read through the image, gaps and all. */
export const MOST_PIECES = 4096;

/** Guest bytes that an operation covers at most. */
export function operationSize({ blockSize }: Placement): number {
  return Math.max(1, Math.floor(STEP / blockSize)) * blockSize;
}

/**
 * Whether it pays to ask the host where the source has holes: a few of them are read sooner, and found
 * to be zeros.
 */
const hasManyHoles = ({ size, allocated = 0 }: ByteSource): boolean => allocated < 0.9 * size;

/** All that has to be read of [from, to), in order. */
export function* piecesOf(
  image: DiskImage,
  from = 0,
  to = image.size,
): Generator<Piece, void, undefined> {
  for (const { at, run } of storedExtents(image, from, to, hasManyHoles)) {
    const { length } = run;
    if (run.kind === "encoded" || run.source.file === undefined) yield { at, length, hostAt: 0 };
    else {
      const { fd, base } = run.source.file;
      yield { at, length, fd, hostAt: base + run.at };
    }
  }
}

/** The pieces with all that lies between them in [from, to), as pieces of zeros. */
function* withZeros(
  pieces: Iterable<Piece>,
  from: number,
  to: number,
): Generator<Piece, void, undefined> {
  let end = from;
  for (const piece of pieces) {
    if (piece.at > end) yield { at: end, length: piece.at - end, hostAt: 0, zeros: true };
    yield piece;
    end = piece.at + piece.length;
  }
  if (to > end) yield { at: end, length: to - end, hostAt: 0, zeros: true };
}

/** The pieces of the blocks that hold data of the layers above depth `keep`, with all between them. */
function* piecesAbove(
  image: DiskImage,
  keep: number,
  blockSize: number,
  range: { readonly from: number; readonly to: number },
): Generator<Piece, void, undefined> {
  for (const { kind, first, count } of changedBlocks(image, keep, blockSize, range)) {
    if (kind === "zero") continue;
    const from = first * blockSize;
    const to = Math.min(from + count * blockSize, image.size);
    yield* withZeros(piecesOf(image, from, to), from, to);
  }
}

/**
 * Cuts pieces into operations of whole blocks, in ascending order of guest offset; no block is in
 * two of them.
 * @param mostGap Bytes without pieces that an operation may cover between two of them.
 */
export function* operationsOf(
  pieces: Iterable<Piece>,
  placement: Placement,
  mostGap = MOST_GAP,
): Generator<Operation, void, undefined> {
  const { blockSize } = placement;
  const most = operationSize(placement);
  let begin = 0;
  let end = 0;
  let dataBytes = 0;
  let parts: Piece[] = [];
  const blockEnd = (): number => Math.ceil(end / blockSize) * blockSize;
  const operation = (): Operation => ({
    at: begin,
    length: blockEnd() - begin,
    pieces: parts,
    dataBytes,
  });

  for (const piece of pieces) {
    for (let done = 0; done < piece.length;) {
      const at = piece.at + done;
      if (parts.length > 0 && (at >= begin + most || at > blockEnd() + mostGap)) {
        yield operation();
        parts = [];
        dataBytes = 0;
      }
      if (parts.length === 0) begin = Math.floor(at / blockSize) * blockSize;
      const length = Math.min(piece.length - done, begin + most - at);
      const whole = length === piece.length;
      const hostAt = piece.hostAt + done;
      parts = withPiece(parts, whole ? piece : { ...piece, at, length, hostAt });
      end = at + length;
      dataBytes += length;
      done += length;
    }
  }
  if (parts.length > 0) yield operation();
}

/** Adds a piece at the end; few pieces come out of it, whatever an image looks like. */
function withPiece(parts: Piece[], next: Piece): Piece[] {
  const last = parts.at(-1);
  const [first] = parts;
  if (last === undefined || first === undefined) return [next];
  if (parts.length >= MOST_PIECES) {
    return [{ at: first.at, length: next.at + next.length - first.at, hostAt: 0 }];
  }
  const together =
    last.fd === undefined && next.fd === undefined && last.zeros === undefined && !next.zeros;
  if (together && last.at + last.length === next.at) {
    parts[parts.length - 1] = { ...last, length: last.length + next.length };
  } else {
    parts.push(next);
  }
  return parts;
}

/** A stretch of the disk that goes to one file, as the plan sees it. */
export interface PlannedPart {
  /** Guest offset in bytes, a multiple of the placement's block size. */
  readonly from: number;
  /** Guest offset of its end. */
  readonly to: number;
  readonly placement: Placement;
}

/** The operations of a whole conversion, made as they are asked for. */
export interface Plan {
  /**
   * Empties `batch` for the operations that come next, all of one part; false when there are none.
   */
  begin(batch: Batch): boolean;
  /**
   * Adds up to `count` of them; false when the batch gets no more: it is full, or the next ones are of
   * another part, or there are none.
   */
  add(batch: Batch, count: number): boolean;
  /** Bytes of data in all operations so far. */
  readonly bytes: number;
  /**
   * Bytes of data in those that are still to come; looks through the rest of the image for them.
   */
  bytesLeft(): number;
  /** Whether any operation so far has to be read through the image. */
  readonly encoded: boolean;
}

/**
 * Plans a conversion to `parts`, which are in order and cover the disk.
 * @param keepZeros Whether everything is written, stored or not.
 * @param keep Depth of the first layer that is kept as backing file: then whole blocks are planned,
 *   of those that hold data of the layers above it.
 */
export function createPlan(
  image: DiskImage,
  parts: readonly PlannedPart[],
  { keepZeros = false, keep }: { readonly keepZeros?: boolean; readonly keep?: number } = {},
): Plan {
  const { size } = image;
  const mostGap = keep === undefined ? MOST_GAP : 0;

  function pieces(from: number, to: number, { blockSize }: Placement): Iterable<Piece> {
    if (keep !== undefined) return piecesAbove(image, keep, blockSize, { from, to });
    const stored = piecesOf(image, from, to);
    return keepZeros ? withZeros(stored, from, to) : stored;
  }
  function* operationsOfParts(): Generator<
    { part: number; operation: Operation },
    void,
    undefined
  > {
    for (const [part, { from, to, placement }] of parts.entries()) {
      const wanted = pieces(Math.min(from, size), Math.min(to, size), placement);
      for (const operation of operationsOf(wanted, placement, mostGap)) yield { part, operation };
    }
  }

  const operations = operationsOfParts();
  let next = operations.next();
  let bytes = 0;
  let encoded = false;
  let plannedTo = 0;
  return {
    begin(batch) {
      if (next.done) return false;
      batch.clear(next.value.part);
      return true;
    },
    add(batch, count) {
      for (let added = 0; added < count; added++) {
        if (next.done || next.value.part !== batch.part) return false;
        if (!batch.add(next.value.operation)) return false;
        const { at, length, dataBytes, pieces: read } = next.value.operation;
        plannedTo = Math.min(at + length, size);
        bytes += dataBytes;
        encoded ||= read.some(({ fd, zeros }) => fd === undefined && !zeros);
        next = operations.next();
      }
      return true;
    },
    get bytes() {
      return bytes;
    },
    bytesLeft() {
      if (next.done) return 0;
      let left = 0;
      const { placement } = parts[next.value.part] ?? {};
      if (placement === undefined) return 0;
      for (const { length } of pieces(plannedTo, size, placement)) left += length;
      return left;
    },
    get encoded() {
      return encoded;
    },
  };
}

import type { StoredPiece } from "../image/writer";
import { createBlockEncoder } from "./encode-block";
import { stepsOf, type ReadPlace } from "./operation-steps";
import type { Packed, PieceSize } from "./packer";
import type { Operation } from "./plan";
import { writtenRuns } from "./zero-blocks";

/** Where one block of an operation went. */
export interface PackedBlock extends StoredPiece {
  /** Its number, counted from the operation's first block. */
  readonly block: number;
}

/** What packing needs of the thread that does it; the buffer holds a whole operation. */
export interface PackPlace extends ReadPlace {
  /**
   * Takes a place for each piece of operation `index` of the batch, as `Packer.take`; undefined when
   * the conversion has failed meanwhile.
   */
  take(index: number, pieces: readonly PieceSize[]): number[] | undefined;
  write(hostAt: number, from: Uint8Array): void;
}

/** A block with the bytes to be stored of it. */
interface Piece extends PackedBlock {
  readonly bytes: Uint8Array;
}

/**
 * A function that reads an operation, encodes what of it is not zero, and writes that in as few
 * writes as it can. It answers where each block went, in order; zeros went nowhere.
 * @throws ImageError as reading and writing do.
 */
export function createPackedCopy(
  { blockSize, encoding }: Packed,
  place: PackPlace,
): (index: number, operation: Operation) => PackedBlock[] {
  const { bytes, gathered } = place.buffer;
  const encode = createBlockEncoder(encoding);

  function encodedBlocks(at: number, length: number): Omit<Piece, "at">[] {
    const blocks: Omit<Piece, "at">[] = [];
    for (const { from, to } of writtenRuns(place, length, blockSize)) {
      for (let block = from; block < to; block++) {
        // Encoding all blocks of an operation takes longer than a click may wait.
        place.checkpoint();
        const plain = bytes.subarray(block * blockSize, (block + 1) * blockSize);
        const encoded = encode(plain, at + block * blockSize);
        const stored = encoded ?? plain;
        blocks.push({
          block,
          bytes: stored,
          length: stored.length,
          encoded: encoded !== undefined,
        });
      }
    }
    return blocks;
  }

  /** Pieces that touch one another are one write, as far as they fit in. */
  function writePieces(pieces: readonly Piece[]): void {
    let at = 0;
    let length = 0;
    const flush = (): void => {
      if (length > 0) place.write(at, gathered.subarray(0, length));
    };
    for (const piece of pieces.toSorted((a, b) => a.at - b.at)) {
      if (piece.at !== at + length || length + piece.length > gathered.length) {
        flush();
        at = piece.at;
        length = 0;
      }
      gathered.set(piece.bytes, length);
      length += piece.length;
    }
    flush();
  }

  return (index, operation) => {
    // One step: the buffer holds a whole operation. Without data it still has its turn.
    const blocks: Omit<Piece, "at">[] = [];
    for (const { at, length } of stepsOf(operation, place)) {
      blocks.push(...encodedBlocks(at, length));
    }
    const places = place.take(index, blocks);
    if (places === undefined) return [];
    const pieces = blocks.map((piece, nth) => ({ ...piece, at: places[nth] ?? 0 }));
    writePieces(pieces);
    return pieces.map(({ block, at, length, encoded }) => ({ block, at, length, encoded }));
  };
}

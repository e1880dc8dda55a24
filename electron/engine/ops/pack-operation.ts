import type { StoredPiece } from "../image/writer";
import { createBlockEncoder } from "./encode-block";
import { stepsOf, type ReadPlace } from "./operation-steps";
import type { Packed, Packer } from "./packer";
import type { Operation } from "./plan";
import { nonZeroRuns } from "./zero-blocks";

/** Where one block of an operation went. */
export interface PackedBlock extends StoredPiece {
  /** Its number, counted from the operation's first block. */
  readonly block: number;
}

/** What packing needs of the thread that does it; the buffer holds a whole operation. */
export interface PackPlace extends ReadPlace {
  readonly packer: Packer;
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
): (operation: Operation) => PackedBlock[] {
  const { bytes, gathered } = place.buffer;
  const encode = createBlockEncoder(encoding);

  function encodedBlocks(length: number): Omit<Piece, "at">[] {
    const blocks: Omit<Piece, "at">[] = [];
    for (const { from, to } of nonZeroRuns(place.buffer, length, blockSize)) {
      for (let block = from; block < to; block++) {
        const plain = bytes.subarray(block * blockSize, (block + 1) * blockSize);
        const encoded = encode(plain);
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

  /** Pieces that touch one another are one write. No piece is longer than its block: all fit in. */
  function writePieces(pieces: readonly Piece[]): void {
    let at = 0;
    let length = 0;
    const flush = (): void => {
      if (length > 0) place.write(at, gathered.subarray(0, length));
    };
    for (const piece of pieces.toSorted((a, b) => a.at - b.at)) {
      if (piece.at !== at + length) {
        flush();
        at = piece.at;
        length = 0;
      }
      gathered.set(piece.bytes, length);
      length += piece.length;
    }
    flush();
  }

  return (operation) => {
    const packed: PackedBlock[] = [];
    for (const { length } of stepsOf(operation, place)) {
      const blocks = encodedBlocks(length);
      const places = place.packer.take(blocks);
      const pieces = blocks.map((piece, nth) => ({ ...piece, at: places[nth] ?? 0 }));
      writePieces(pieces);
      for (const { block, at, length: stored, encoded } of pieces) {
        packed.push({ block, at, length: stored, encoded });
      }
    }
    return packed;
  };
}

import { withPageCache } from "../../io/page-cache";
import type { ByteSource } from "../../io/source";
import { entrySize, headerSize, type Header } from "./header";

/** Entries that are looked at together. */
const entriesPerPiece = 4096;

/** The block allocation table: for each cluster of the disk where it lies, 0 when the file has it not. */
export interface BlockAllocationTable {
  /** @param index 0 <= index < nbBatEntries. */
  entry(index: number): number;
  /**
   * How many entries from `index` on, and before `end`, tell of one stretch: all 0, or each `step`
   * more than the one before. At least 1.
   */
  alike(index: number, end: number, step: number): number;
}

/** The BAT of an image; at most 4 MiB of it in memory. */
export function createTable(source: ByteSource, { nbBatEntries }: Header): BlockAllocationTable {
  const cached = withPageCache(source);
  const piece = new DataView(new ArrayBuffer(entriesPerPiece * entrySize));
  const bytes = new Uint8Array(piece.buffer);
  let pieceStart = 0;
  let pieceEnd = 0;

  /** Makes the piece hold entry `index`. */
  function load(index: number): void {
    if (index >= pieceStart && index < pieceEnd) return;
    const start = index - (index % entriesPerPiece);
    const count = Math.min(entriesPerPiece, nbBatEntries - start);
    // Nothing counts as loaded when reading fails half way.
    pieceEnd = 0;
    cached.read(headerSize + start * entrySize, bytes.subarray(0, count * entrySize));
    pieceStart = start;
    pieceEnd = start + count;
  }

  function entry(index: number): number {
    load(index);
    return piece.getUint32((index - pieceStart) * entrySize, true);
  }

  return {
    entry,
    alike(index, end, step) {
      let expected = entry(index);
      const each = expected === 0 ? 0 : step;
      let next = index + 1;
      while (next < end) {
        load(next);
        const stop = Math.min(end, pieceEnd);
        for (; next < stop; next += 1) {
          expected += each;
          if (piece.getUint32((next - pieceStart) * entrySize, true) !== expected)
            return next - index;
        }
      }
      return next - index;
    },
  };
}

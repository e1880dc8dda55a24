import { withPageCache } from "./page-cache";
import type { ByteSource } from "./source";

const entrySize = 4;
/** Entries that are looked at together. */
const entriesPerPiece = 4096;

/** A table of 32-bit entries in a file, read piece by piece. */
export interface EntryTable {
  /** @param index 0 <= index < the table's count. @throws ImageError `io`, `truncated`. */
  entry(index: number): number;
  /**
   * How many entries from `index` on, and before `end`, are each `step` more than the one before; at
   * least 1. With a step of 0 all are alike.
   */
  alike(index: number, end: number, step: number): number;
}

/** Where the table begins (bytes), how many entries it has, and their byte order. */
interface TablePlace {
  readonly at: number;
  readonly count: number;
  readonly littleEndian: boolean;
}

/** Opens a table; at most 4 MiB of it are in memory. */
export function createEntryTable(source: ByteSource, place: TablePlace): EntryTable {
  const { littleEndian } = place;
  const cached = withPageCache(source);
  const piece = new DataView(new ArrayBuffer(entriesPerPiece * entrySize));
  const bytes = new Uint8Array(piece.buffer);
  let pieceStart = 0;
  let pieceEnd = 0;

  /** Makes the piece hold entry `index`. */
  function load(index: number): void {
    if (index >= pieceStart && index < pieceEnd) return;
    const start = index - (index % entriesPerPiece);
    const count = Math.min(entriesPerPiece, place.count - start);
    // Nothing counts as loaded when reading fails half way.
    pieceEnd = 0;
    cached.read(place.at + start * entrySize, bytes.subarray(0, count * entrySize));
    pieceStart = start;
    pieceEnd = start + count;
  }

  function entry(index: number): number {
    load(index);
    return piece.getUint32((index - pieceStart) * entrySize, littleEndian);
  }

  return {
    entry,
    alike(index, end, step) {
      let expected = entry(index);
      let next = index + 1;
      while (next < end) {
        load(next);
        const stop = Math.min(end, pieceEnd) - pieceStart;
        for (let at = next - pieceStart; at < stop; at += 1) {
          expected += step;
          if (piece.getUint32(at * entrySize, littleEndian) !== expected)
            return pieceStart + at - index;
        }
        next = pieceStart + stop;
      }
      return next - index;
    },
  };
}

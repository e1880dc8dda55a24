import { withPageCache } from "../../io/page-cache";
import type { ByteSource } from "../../io/source";
import { entrySize, type Header } from "./header";

/** VDI_IMAGE_BLOCK_FREE: the block is the parent's, or zeros when there is none. */
export const freeEntry = 0xffffffff;
/** VDI_IMAGE_BLOCK_ZERO: the block is zeros, whatever the parent holds. */
export const zeroEntry = 0xfffffffe;

/** Entries that are looked at together. */
const entriesPerPiece = 4096;

/** The block map: for each guest block the number of the file's block that holds it. */
export interface BlockMap {
  /** @param index 0 <= index < cBlocks. */
  entry(index: number): number;
  /**
   * How many entries from `index` on, and before `end`, tell of one stretch: all free, all zero, or,
   * where `adjacent`, blocks that follow one another in the file. At least 1.
   */
  alike(index: number, end: number, adjacent: boolean): number;
}

/** The block map of an image; at most 4 MiB of it in memory. */
export function createBlockMap(source: ByteSource, header: Header): BlockMap {
  const { offBlocks, cBlocks } = header;
  const cached = withPageCache(source);
  const piece = new DataView(new ArrayBuffer(entriesPerPiece * entrySize));
  const bytes = new Uint8Array(piece.buffer);
  let pieceStart = 0;
  let pieceEnd = 0;

  /** Makes the piece hold entry `index`. */
  function load(index: number): void {
    if (index >= pieceStart && index < pieceEnd) return;
    const start = index - (index % entriesPerPiece);
    const count = Math.min(entriesPerPiece, cBlocks - start);
    // Nothing counts as loaded when reading fails half way.
    pieceEnd = 0;
    cached.read(offBlocks + start * entrySize, bytes.subarray(0, count * entrySize));
    pieceStart = start;
    pieceEnd = start + count;
  }

  function entry(index: number): number {
    load(index);
    return piece.getUint32((index - pieceStart) * entrySize, true);
  }

  return {
    entry,
    alike(index, end, adjacent) {
      const first = entry(index);
      const isData = first < zeroEntry;
      if (isData && !adjacent) return 1;
      const step = isData ? 1 : 0;
      // Numbers count up to the first that is none.
      const last = isData ? Math.min(end, index + (zeroEntry - first)) : end;
      let expected = first;
      let next = index + 1;
      while (next < last) {
        load(next);
        const stop = Math.min(last, pieceEnd) - pieceStart;
        for (let at = next - pieceStart; at < stop; at += 1) {
          expected += step;
          if (piece.getUint32(at * entrySize, true) !== expected) return pieceStart + at - index;
        }
        next = pieceStart + stop;
      }
      return next - index;
    },
  };
}

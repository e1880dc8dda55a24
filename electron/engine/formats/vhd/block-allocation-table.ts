import { withPageCache } from "../../io/page-cache";
import type { ByteSource } from "../../io/source";
import { entrySize, type DynamicHeader } from "./dynamic-header";
import { sectorSize } from "./footer";

/** The entry of a block that the file does not hold. */
export const unusedEntry = 0xffffffff;

/** Bytes that the bitmap before a block takes: a bit for each sector, padded to whole sectors. */
export function bitmapSize(blockSize: number): number {
  return Math.ceil(blockSize / sectorSize / 8 / sectorSize) * sectorSize;
}

/** Entries that are looked at together. */
const entriesPerPiece = 4096;

/** The block allocation table: for each block of the disk the sector where its bitmap begins. */
export interface BlockAllocationTable {
  /** @param index 0 <= index < maxTableEntries. */
  entry(index: number): number;
  /** The first block from `index` on, and before `end`, that the file holds; `end` when there is none. */
  nextUsed(index: number, end: number): number;
}

/** The block allocation table of an image; at most 4 MiB of it in memory. */
export function createTable(source: ByteSource, header: DynamicHeader): BlockAllocationTable {
  const { tableOffset, maxTableEntries } = header;
  const cached = withPageCache(source);
  const piece = new DataView(new ArrayBuffer(entriesPerPiece * entrySize));
  const bytes = new Uint8Array(piece.buffer);
  let pieceStart = 0;
  let pieceEnd = 0;

  /** Makes the piece hold entry `index`. */
  function load(index: number): void {
    if (index >= pieceStart && index < pieceEnd) return;
    const start = index - (index % entriesPerPiece);
    const count = Math.min(entriesPerPiece, maxTableEntries - start);
    // Nothing counts as loaded when reading fails half way.
    pieceEnd = 0;
    cached.read(tableOffset + start * entrySize, bytes.subarray(0, count * entrySize));
    pieceStart = start;
    pieceEnd = start + count;
  }

  return {
    entry(index) {
      load(index);
      return piece.getUint32((index - pieceStart) * entrySize);
    },
    nextUsed(index, end) {
      for (let next = index; next < end;) {
        load(next);
        const stop = Math.min(end, pieceEnd);
        for (; next < stop; next += 1)
          if (piece.getUint32((next - pieceStart) * entrySize) !== unusedEntry) return next;
      }
      return end;
    },
  };
}

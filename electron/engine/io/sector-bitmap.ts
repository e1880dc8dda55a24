import { withPageCache } from "./page-cache";
import type { ByteSource } from "./source";

/** Bytes of bitmap that are looked at together, and the sectors that they tell of. */
const pieceSize = 512;
const sectorsPerPiece = pieceSize * 8;

/** Sectors in a row of which this file holds all (`stored`) or the parent all. */
export interface SectorRun {
  readonly stored: boolean;
  /** At least 1. */
  readonly sectors: number;
}

/** Reads bitmaps with a bit for each sector. */
export interface SectorBitmaps {
  /**
   * What the bitmap at byte `at` says of `sector` and those after it, up to `end` (not included).
   * @throws ImageError `truncated`, `io`.
   */
  run(at: number, sector: number, end: number): SectorRun;
}

/**
 * The bitmaps of an image; at most 1 MiB of them in memory.
 * @param first Which bit of a byte is its first sector's: the highest in VHD, the lowest in VHDX.
 */
export function createBitmaps(source: ByteSource, first: "highest" | "lowest"): SectorBitmaps {
  const flip = first === "highest" ? 7 : 0;
  // They lie far apart: large pages would read mostly data.
  const cached = withPageCache(source, { pageSize: 4096, pages: 256 });
  const piece = new Uint8Array(pieceSize);
  let pieceAt = -1;

  function load(at: number): void {
    if (at === pieceAt) return;
    pieceAt = -1;
    cached.read(at, piece);
    pieceAt = at;
  }

  return {
    run(at, sector, end) {
      let stored: boolean | undefined;
      let next = sector;
      while (next < end) {
        const start = next - (next % sectorsPerPiece);
        load(at + start / 8);
        const stop = Math.min(end, start + sectorsPerPiece);
        while (next < stop) {
          const byte = piece[(next - start) >> 3] ?? 0;
          const bit = (byte & (1 << ((next & 7) ^ flip))) !== 0;
          stored ??= bit;
          if (bit !== stored) return { stored, sectors: next - sector };
          const whole = byte === (stored ? 0xff : 0) && (next & 7) === 0;
          next += whole ? 8 : 1;
        }
      }
      return { stored: stored ?? false, sectors: Math.min(next, end) - sector };
    },
  };
}

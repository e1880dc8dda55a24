import { pastEnd } from "../../io/past-end";
import type { ByteSource } from "../../io/source";
import type { SparseMap } from "./sparse-map";

/**
 * A sparse file with its holes, read from where its pieces lie one behind the other: from byte 0 of
 * `stored` on. Closing it closes `stored`.
 */
export function sparseSource(stored: ByteSource, { size, pieces }: SparseMap): ByteSource {
  const { name, identity } = stored;
  const changed = stored.changed?.bind(stored);
  /** Where each piece begins in `stored`. */
  const places: number[] = [];
  let place = 0;
  for (const { length } of pieces) {
    places.push(place);
    place += length;
  }

  /** Index of the first piece that ends behind `at`. */
  function pieceFrom(at: number): number {
    let low = 0;
    let high = pieces.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const piece = pieces[middle];
      if (piece !== undefined && piece.at + piece.length > at) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  return {
    name,
    size,
    ...(identity !== undefined && { identity }),
    ...(changed && { changed }),
    read(at, into) {
      const end = at + into.length;
      if (at < 0 || end > size) throw pastEnd(name, size, at, into.length);
      into.fill(0);
      for (let index = pieceFrom(at); ; index += 1) {
        const piece = pieces[index];
        if (piece === undefined || piece.at >= end) return;
        const from = Math.max(at, piece.at);
        const to = Math.min(end, piece.at + piece.length);
        stored.read((places[index] ?? 0) + from - piece.at, into.subarray(from - at, to - at));
      }
    },
    hostRun(at, max) {
      const piece = pieces[pieceFrom(at)];
      if (piece === undefined) return { hole: true, length: max };
      if (at < piece.at) return { hole: true, length: Math.min(max, piece.at - at) };
      return { hole: false, length: Math.min(max, piece.at + piece.length - at) };
    },
    close: () => stored.close(),
  };
}

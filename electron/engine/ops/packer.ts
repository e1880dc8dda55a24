import type { Placement } from "../image/writer";

/** A placement whose blocks are encoded. */
export type Packed = Extract<Placement, { kind: "packed" }>;

/** What a piece needs of its place. */
export interface PieceSize {
  /** Bytes, > 0. */
  readonly length: number;
  /** False for a block that is stored as it is and gets units of its own. */
  readonly encoded: boolean;
}

/** Hands out the host space of a packed placement; the threads of a conversion share it. */
export interface Packer {
  readonly buffer: SharedArrayBuffer;
  /** Takes a place for each piece, and returns their host offsets in the same order. */
  take(pieces: readonly PieceSize[]): number[];
  /** Units handed out so far. */
  readonly units: number;
}

const FREE = 0;
const HELD = 1;
// 32-bit words: the lock, and the pieces that lie in the unit that the last encoded piece ends in.
const LOCK = 0;
const SHARING = 1;
// Three 64-bit numbers behind them, in bytes from the first unit on: where the next encoded piece may
// begin, where the units end that follow on one another from there, and where all units end.
const END = 2;
const BYTES = 32;

/** A packer over `shared` (the buffer of another with the same placement), or a new one. */
export function createPacker(
  { firstUnitAt, unitSize, mostPerUnit }: Packed,
  shared = new SharedArrayBuffer(BYTES),
): Packer {
  const words = new Int32Array(shared, 0, 2);
  // Read and written by whoever holds the lock.
  const places = new Float64Array(shared, 8, 3);
  const unitEnd = (at: number): number => Math.ceil(at / unitSize) * unitSize;

  /** A lock, for what follows is too much for one atomic step; it takes microseconds. */
  function locked<Result>(work: () => Result): Result {
    while (Atomics.compareExchange(words, LOCK, FREE, HELD) !== FREE) {
      Atomics.wait(words, LOCK, HELD);
    }
    try {
      return work();
    } finally {
      Atomics.store(words, LOCK, FREE);
      Atomics.notify(words, LOCK, 1);
    }
  }

  function takeEncoded(length: number): number {
    let [at = 0, openEnd = 0, end = 0] = places;
    let sharing = words[SHARING] ?? 0;
    if (sharing >= mostPerUnit) {
      at = unitEnd(at);
      sharing = 0;
    }
    if (at + length > openEnd) {
      if (openEnd !== end) {
        // The next unit has gone to another: what is left of this one stays empty.
        at = end;
        sharing = 0;
      }
      openEnd = end = unitEnd(at + length);
    }
    const next = at + length;
    const staysInUnit = Math.floor(at / unitSize) === Math.floor(next / unitSize);
    words[SHARING] = next % unitSize === 0 ? 0 : staysInUnit ? sharing + 1 : 1;
    places.set([next, openEnd, end]);
    return at;
  }

  function takeUnits(length: number): number {
    const at = places[END] ?? 0;
    places[END] = unitEnd(at + length);
    return at;
  }

  return {
    buffer: shared,
    take: (pieces) =>
      locked(() => {
        const taken = pieces.map(() => 0);
        // Encoded pieces first: so they follow on one another as long as they can.
        for (const encoded of [true, false]) {
          for (const [nth, piece] of pieces.entries()) {
            if (piece.encoded !== encoded) continue;
            const at = encoded ? takeEncoded(piece.length) : takeUnits(piece.length);
            taken[nth] = firstUnitAt + at;
          }
        }
        return taken;
      }),
    get units() {
      return locked(() => (places[END] ?? 0) / unitSize);
    },
  };
}

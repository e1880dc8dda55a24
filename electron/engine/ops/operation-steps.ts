import type { CopyBuffer } from "./copy-buffer";
import type { Operation, Piece } from "./plan";

/** What reading an operation needs of the thread that does it. */
export interface ReadPlace {
  readonly buffer: CopyBuffer;
  /** Whether blocks of zeros are written too. */
  readonly keepZeros?: boolean;
  /**
   * Fills `into` with what is stored for a piece from guest offset `at` on, which lies in the
   * piece.
   */
  read(piece: Piece, at: number, into: Uint8Array): void;
  /** Called before every step. @throws to stop. */
  checkpoint(): void;
}

/**
 * Reads the operation into the buffer, as much as that holds at a time, and yields each step in
 * which there is data.
 */
export function* stepsOf(
  { at, length, pieces }: Operation,
  place: ReadPlace,
): Generator<{ at: number; length: number }, void, undefined> {
  const { bytes } = place.buffer;
  const most = bytes.length;
  let next = 0;
  for (let stepAt = at; stepAt < at + length; stepAt += most) {
    const stepEnd = Math.min(stepAt + most, at + length);
    place.checkpoint();
    let filled = stepAt;
    for (let piece = pieces[next]; piece && piece.at < stepEnd; piece = pieces[next]) {
      const from = Math.max(piece.at, stepAt);
      const to = Math.min(piece.at + piece.length, stepEnd);
      bytes.fill(0, filled - stepAt, from - stepAt);
      place.read(piece, from, bytes.subarray(from - stepAt, to - stepAt));
      filled = to;
      if (piece.at + piece.length > stepEnd) break;
      next++;
    }
    if (filled === stepAt) continue;
    bytes.fill(0, filled - stepAt, stepEnd - stepAt);
    yield { at: stepAt, length: stepEnd - stepAt };
  }
}

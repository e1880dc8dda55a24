import { ImageError } from "../errors";
import type { ByteTarget } from "./source";

/** Zeros are written in pieces of this many bytes, so that there is a pause between two of them. */
const pieceSize = 1024 * 1024;

/**
 * Reserves bytes [0, size) on the host, and makes sure of it: some hosts quietly do nothing.
 * @throws ImageError `unsupported` where the host cannot, `io` when there is no space left.
 */
export function reserveAll(target: ByteTarget, size: number): void {
  target.allocate?.(0, size);
  if ((target.allocated ?? 0) >= size) return;
  throw new ImageError("unsupported", `Space for ${target.name} cannot be reserved on this host`, {
    file: target.name,
    expected: size,
    found: target.allocated,
    hint: "Choose preallocation off.",
  });
}

/** Writes zeros over bytes [0, size), with a pause after every piece. @throws ImageError `io`. */
export function* writeZeros(
  target: ByteTarget,
  size: number,
): Generator<undefined, void, undefined> {
  const zeros = new Uint8Array(Math.min(pieceSize, size));
  for (let at = 0; at < size; at += pieceSize) {
    target.write(at, zeros.subarray(0, Math.min(pieceSize, size - at)));
    yield;
  }
}

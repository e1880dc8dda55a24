import { ImageError } from "../errors";
import { hostBlock } from "./host-blocks";
import type { ByteTarget } from "./source";

/** Zeros are written in pieces of this many bytes, so that there is a pause between two of them. */
const pieceSize = 1024 * 1024;

/**
 * Reserves bytes [0, size) on the host, and makes sure of it: some hosts quietly do nothing.
 * @throws ImageError `unsupported` where the host cannot, `io` when there is no space left.
 */
export function reserveAll(target: ByteTarget, size: number): void {
  target.allocate?.(0, size);
  if ((target.allocated ?? 0) < size) throw notReserved(target, size, target.allocated);
}

/**
 * Reserves bytes behind what a file stores, without changing its length, and makes sure of it.
 * @throws ImageError as `reserveAll`.
 */
export function reserveRange(target: ByteTarget, at: number, length: number): void {
  const before = target.allocated ?? 0;
  target.allocate?.(at, length);
  const more = (target.allocated ?? 0) - before;
  // The first block of it may have been there.
  if (more < length - hostBlock) throw notReserved(target, length, more);
}

/**
 * Sees to the space of a file that will have `size` bytes: reserves it now ("falloc"), or tells what
 * has to run before anything else is written ("full"; `ImageWriter.prepare`), or does nothing ("off").
 * @throws ImageError as `reserveAll`.
 */
export function takeSpace(
  target: ByteTarget,
  size: number,
  preallocation: string,
): { prepare?: () => ReturnType<typeof writeZeros> } {
  if (preallocation === "falloc") reserveAll(target, size);
  return preallocation === "full" ? { prepare: () => writeZeros(target, size) } : {};
}

function notReserved(target: ByteTarget, expected: number, found: number | undefined): ImageError {
  return new ImageError("unsupported", `Space for ${target.name} cannot be reserved on this host`, {
    file: target.name,
    expected,
    found,
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

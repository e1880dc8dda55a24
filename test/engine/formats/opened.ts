import { ImageError } from "../../../electron/engine/errors";
import type { DiskImage } from "../../../electron/engine/image/disk-image";

/** Some of what the guest sees. */
export function read(image: DiskImage, at: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  image.read(at, bytes);
  return bytes;
}

/** The ImageError that `action` throws; a failure when it throws another one or none. */
export function imageErrorOf(action: () => unknown): ImageError {
  try {
    action();
  } catch (error) {
    if (error instanceof ImageError) return error;
    throw error;
  }
  throw new Error("no error was thrown");
}

/** `size` bytes that are all `value`. */
export function filled(size: number, value: number): Uint8Array {
  return new Uint8Array(size).fill(value);
}

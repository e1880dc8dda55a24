import { byteInput } from "../codec/byte-input";
import { ImageError } from "../errors";
import type { ByteSource } from "../io/source";
import type { Packing } from "./packing";

/** A piece of what a packed file holds. */
export interface UnpackedPart {
  /** Valid until the next part is asked for. */
  readonly bytes: Uint8Array;
  /** Bytes of the packed file that were taken so far. */
  readonly taken: number;
}

/**
 * Unpacks a file from its beginning to its end, in parts of 2 MiB at most. `source` stays the caller's
 * to close.
 * @throws ImageError `corrupt-data`, `unsupported`, `limit`, `truncated`, `io`, each with the file's name.
 */
export function* unpackSource(
  source: ByteSource,
  packing: Packing,
): Generator<UnpackedPart, void, undefined> {
  const input = byteInput(source);
  const parts = packing.unpack(input)[Symbol.iterator]();
  for (;;) {
    const part = inFile(source, () => parts.next());
    if (part.done === true) return;
    yield { bytes: part.value, taken: input.at };
  }
}

/** Runs `part`; errors of its decoder, which knows nothing of files, then name this one. */
export function inFile<T>({ name }: ByteSource, part: () => T): T {
  try {
    return part();
  } catch (error) {
    if (!(error instanceof ImageError) || error.file !== undefined) throw error;
    const { code, message, expected, found, hint, cause } = error;
    const detail = { file: name, expected, found, hint, cause };
    throw new ImageError(code, `${name}: ${message}`, detail);
  }
}

import { ImageError } from "../errors";
import type { ByteSource } from "./source";

/** The `truncated` error for `length` bytes asked for at `at` of a source that ends at byte `end`. */
export function pastEnd(name: string, end: number, at: number, length: number): ImageError {
  return new ImageError(
    "truncated",
    `${name} ends at byte ${end}; ${length} bytes are needed at byte ${at}`,
    { file: name, at, expected: length, found: Math.max(0, end - at) },
  );
}

/** The `truncated` error for a table or cluster, `what`, of `length` bytes at `at` that the file ends before. */
export function pastEndOf(
  { name, size }: ByteSource,
  what: string,
  at: number,
  length: number,
): ImageError {
  return new ImageError(
    "truncated",
    `${name} ends at byte ${size}; the ${what} at byte ${at} needs ${length} bytes`,
    { file: name, at, expected: length, found: Math.max(0, Math.min(length, size - at)) },
  );
}

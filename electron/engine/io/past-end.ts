import { ImageError } from "../errors";

/** The `truncated` error for `length` bytes asked for at `at` of a source that ends at byte `end`. */
export function pastEnd(name: string, end: number, at: number, length: number): ImageError {
  return new ImageError(
    "truncated",
    `${name} ends at byte ${end}; ${length} bytes are needed at byte ${at}`,
    { file: name, at, expected: length, found: Math.max(0, end - at) },
  );
}

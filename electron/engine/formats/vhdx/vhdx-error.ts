import { ImageError, type ImageErrorCode, type ImageErrorDetail } from "../../errors";
import { pastEndOf } from "../../io/past-end";
import type { ByteSource } from "../../io/source";

/** An error about byte `at` of the image file. */
export function vhdxError(
  code: ImageErrorCode,
  { name }: ByteSource,
  at: number,
  problem: string,
  detail: ImageErrorDetail = {},
): ImageError {
  return new ImageError(code, `${name}: ${problem}`, { file: name, at, ...detail });
}

/** Passes when `length` bytes from `at` on lie in the file. @throws ImageError `truncated`. */
export function requireInFile(source: ByteSource, what: string, at: number, length: number): void {
  if (at + length > source.size) throw pastEndOf(source, what, at, length);
}

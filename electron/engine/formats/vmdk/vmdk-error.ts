import { ImageError, type ImageErrorCode, type ImageErrorDetail } from "../../errors";
import type { ByteSource } from "../../io/source";

/** An error about byte `at` of `source`. */
export function errorAt(
  code: ImageErrorCode,
  source: ByteSource,
  at: number,
  message: string,
  detail: Omit<ImageErrorDetail, "at" | "file"> = {},
): ImageError {
  return new ImageError(code, `${source.name}: ${message} (at byte ${at})`, {
    file: source.name,
    at,
    ...detail,
  });
}

/** Whether [at, at + length) lies in `source`; offsets past 2^53 - 1 never do. */
export function isWithin(source: ByteSource, at: number, length: number): boolean {
  return Number.isSafeInteger(at + length) && at >= 0 && at + length <= source.size;
}

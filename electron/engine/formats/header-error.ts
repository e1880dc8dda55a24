import { ImageError, type ImageErrorDetail } from "../errors";
import type { ByteSource } from "../io/source";

/** The `invalid-header` error about the field at byte `at` of the image file. */
export function headerError(
  { name }: ByteSource,
  at: number,
  problem: string,
  detail: ImageErrorDetail = {},
): ImageError {
  return new ImageError("invalid-header", `${name}: ${problem}`, { file: name, at, ...detail });
}

import { ImageError, type ImageErrorCode, type ImageErrorDetail } from "../../errors";
import type { ByteSource } from "../../io/source";

/** An error about byte `at` of the image file. */
export function dmgError(
  code: ImageErrorCode,
  { name }: ByteSource,
  at: number,
  problem: string,
  detail: ImageErrorDetail = {},
): ImageError {
  return new ImageError(code, `${name}: ${problem}`, { file: name, at, ...detail });
}

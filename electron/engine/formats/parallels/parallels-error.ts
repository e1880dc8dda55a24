import { ImageError, type ImageErrorCode, type ImageErrorDetail } from "../../errors";
import type { ByteSource } from "../../io/source";

/** An error about a file of the disk; `detail.at` says where in it, if that is known. */
export function parallelsError(
  code: ImageErrorCode,
  { name }: ByteSource,
  problem: string,
  detail: ImageErrorDetail = {},
): ImageError {
  return new ImageError(code, `${name}: ${problem}`, { file: name, ...detail });
}

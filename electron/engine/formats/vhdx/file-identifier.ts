import { ImageError } from "../../errors";
import type { ByteSource } from "../../io/source";
import { utf16Text } from "./utf16";

/** What a VHDX file begins with. */
export const fileSignature = "vhdxfile";
/** Where the name of the program that made the file lies, and bytes of it (UTF-16). */
export const creatorAt = 8;
export const creatorSize = 512;

/** Whether the file begins as VHDX files do ([MS-VHDX] 2.2.1). */
export function hasSignature(source: ByteSource): boolean {
  const bytes = new Uint8Array(fileSignature.length);
  if (source.size < bytes.length) return false;
  source.read(0, bytes);
  return new TextDecoder("latin1").decode(bytes) === fileSignature;
}

/**
 * The name of the program that made the file, "" when the file does not tell.
 * @throws ImageError `not-this-format`, `truncated`, `io`.
 */
export function readCreator(source: ByteSource): string {
  if (!hasSignature(source))
    throw new ImageError("not-this-format", `${source.name} is no VHDX image`, {
      file: source.name,
      at: 0,
      expected: fileSignature,
    });
  const bytes = new Uint8Array(creatorSize);
  source.read(creatorAt, bytes);
  return utf16Text(bytes);
}

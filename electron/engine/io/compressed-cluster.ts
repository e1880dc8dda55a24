import { ImageError } from "../errors";
import type { ByteSource } from "./source";

/** Where the compressed bytes of a cluster lie. */
export interface CompressedPlace {
  /** Byte offset in the file; not aligned to anything. */
  readonly at: number;
  /** Bytes that belong to it, counted in whole sectors: the stream may end before. */
  readonly stored: number;
}

/**
 * Reads what is stored at `place`, and hands it to `decode`, whose errors then tell the place.
 * @throws ImageError what `decode` throws, `io`.
 */
export function decodeCluster(
  source: ByteSource,
  { at, stored }: CompressedPlace,
  decode: (bytes: Uint8Array) => void,
): void {
  const bytes = new Uint8Array(stored);
  source.read(at, bytes);
  try {
    decode(bytes);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    const { code, expected, found, message } = error;
    throw new ImageError(code, `${source.name}: the compressed cluster at byte ${at}: ${message}`, {
      file: source.name,
      at,
      expected,
      found,
      cause: error,
    });
  }
}

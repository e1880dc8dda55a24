import { compression } from "../../codec/compression";
import { zstd } from "../../codec/zstd";
import { ImageError } from "../../errors";
import type { ByteSource } from "../../io/source";

/** Where a compressed cluster lies. */
export interface CompressedPlace {
  /** Byte offset in the file; on no boundary. */
  readonly at: number;
  /** Bytes from there to the end of the last 512-byte sector, or of the file. */
  readonly stored: number;
}

/**
 * Decodes a compressed cluster descriptor (specification, "Compressed Clusters Descriptor").
 * With x = 62 - (cluster_bits - 8), bits 0 to x-1 are the offset and bits x to 61 count the sectors
 * beyond the first. `high` and `low` are the L2 entry's two halves.
 */
export function compressedPlace(high: number, low: number, clusterBits: number): CompressedPlace {
  // x - 32, the offset's share of the upper half: 17 to 29 bits.
  const offsetBits = 62 - (clusterBits - 8) - 32;
  const at = (high & (2 ** offsetBits - 1)) * 2 ** 32 + low;
  const sectors = ((high & 0x3fffffff) >>> offsetBits) + 1;
  return { at, stored: sectors * 512 - (low & 511) };
}

/**
 * Fills `into`, one cluster, from the stream at `place`. What follows the stream is ignored.
 * @param type The header's compression_type: 0 a raw deflate stream, 1 a Zstandard frame.
 * @throws ImageError `corrupt-data` or `unsupported` with the place, `io`.
 */
export function readCompressed(
  source: ByteSource,
  place: CompressedPlace,
  type: number,
  into: Uint8Array,
): void {
  const bytes = new Uint8Array(place.stored);
  source.read(place.at, bytes);
  try {
    if (type === 0) compression().inflateRaw(bytes, into);
    else zstd().decode(bytes, into);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw new ImageError(
      error.code,
      `${source.name}: the compressed cluster at byte ${place.at}: ${error.message}`,
      {
        file: source.name,
        at: place.at,
        expected: error.expected,
        found: error.found,
        cause: error,
      },
    );
  }
}

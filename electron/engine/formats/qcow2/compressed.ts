import { compression } from "../../codec/compression";
import { zstd } from "../../codec/zstd";
import { decodeCluster, type CompressedPlace } from "../../io/compressed-cluster";
import type { ByteSource } from "../../io/source";

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
  decodeCluster(source, place, (bytes) => {
    if (type === 0) compression().inflateRaw(bytes, into);
    else zstd().decode(bytes, into);
  });
}

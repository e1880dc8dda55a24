import { compression } from "../../codec/compression";
import { decodeCluster, type CompressedPlace } from "../../io/compressed-cluster";
import type { ByteSource } from "../../io/source";

/** Bit 63 of an L2 entry, in its upper half: the cluster is compressed. */
export const compressedFlag = 0x80000000;

/**
 * Decodes the L2 entry of a compressed cluster: below bit 63 its size in bytes, in as many bits as a
 * cluster's offset needs, then its offset. `high` and `low` are the entry's two halves.
 */
export function compressedPlace(high: number, low: number, clusterBits: number): CompressedPlace {
  // The offset has 63 - cluster_bits bits, 15 to 22 of them in the upper half.
  const offsetBits = 63 - clusterBits - 32;
  return {
    at: (high & (2 ** offsetBits - 1)) * 2 ** 32 + low,
    stored: (high >>> offsetBits) & (2 ** clusterBits - 1),
  };
}

/**
 * Fills `into`, one cluster, from the raw deflate stream at `place`.
 * @throws ImageError `corrupt-data` with the place, `io`.
 */
export function readCompressed(source: ByteSource, place: CompressedPlace, into: Uint8Array): void {
  decodeCluster(source, place, (bytes) => compression().inflateRaw(bytes, into));
}

import type { Compression } from "../codec/compression";

const sectorSize = 512;
/** 64 bits of guest sector, 32 bits of length: the marker in front of every compressed grain. */
const markerSize = 12;

/**
 * Encodes grains of a stream-optimized VMDK, padded to whole sectors (VMware Virtual Disk Format 5.0,
 * "Stream-Optimized Compressed Sparse Extents"). What does not get shorter is a stream of stored
 * blocks: every grain there must be one.
 */
export function createGrainEncoder(
  { deflateZlib }: Compression,
  level: number,
  isIncompressible: (block: Uint8Array) => boolean,
): (block: Uint8Array, guestAt: number) => Uint8Array {
  return (block, guestAt) => {
    const stream = deflateZlib(block, isIncompressible(block) ? 0 : level);
    const end = markerSize + stream.length;
    const grain = new Uint8Array(Math.ceil(end / sectorSize) * sectorSize);
    const marker = new DataView(grain.buffer);
    marker.setBigUint64(0, BigInt(guestAt / sectorSize), true);
    marker.setUint32(8, stream.length, true);
    grain.set(stream, markerSize);
    return grain;
  };
}

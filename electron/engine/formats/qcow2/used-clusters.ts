import type { ByteSource } from "../../io/source";
import type { Header } from "./header";

/**
 * Clusters of the file whose refcount is not 0 (specification, "Host cluster management"). Reads all
 * refcount blocks that the file has clusters for: 2 bytes of every 64 KiB by default. Blocks that lie
 * outside the file count nothing. Stops when the count reaches `enough`.
 * @throws ImageError `io`.
 */
export function countUsedClusters(source: ByteSource, header: Header, enough = Infinity): number {
  const { clusterSize, refcountOrder, refcountTableOffset, refcountTableClusters } = header;
  const clusters = Math.ceil(source.size / clusterSize);
  const perBlock = (clusterSize * 8) / 2 ** refcountOrder;
  const blocks = Math.min(
    Math.ceil(clusters / perBlock),
    Math.floor(
      Math.min(refcountTableClusters * clusterSize, source.size - refcountTableOffset) / 8,
    ),
  );
  // Where the table is lost, nothing is known to be used.
  if (blocks <= 0) return 0;
  const table = new DataView(new ArrayBuffer(blocks * 8));
  source.read(refcountTableOffset, new Uint8Array(table.buffer));
  const block = new Uint8Array(clusterSize);
  let used = 0;
  for (let index = 0; index < blocks && used < enough; index += 1) {
    // Bits 0 to 8 are reserved.
    const offset =
      table.getUint32(index * 8) * 2 ** 32 + ((table.getUint32(index * 8 + 4) & ~0x1ff) >>> 0);
    if (offset <= 0 || offset + clusterSize > source.size) continue;
    source.read(offset, block);
    const entries = Math.min(perBlock, clusters - index * perBlock);
    used += countSet(block, entries, 2 ** refcountOrder, enough - used);
  }
  return used;
}

/** How many of the first `count` entries, each `bits` wide, are not 0, up to `most`; `block` begins its buffer. */
function countSet(
  block: Uint8Array<ArrayBuffer>,
  count: number,
  bits: number,
  most: number,
): number {
  let set = 0;
  if (bits < 8) {
    const mask = 2 ** bits - 1;
    for (let index = 0; index < count && set < most; index += 1) {
      const bit = index * bits;
      if ((((block[bit >> 3] ?? 0) >> (bit & 7)) & mask) !== 0) set += 1;
    }
    return set;
  }
  if (bits === 64) {
    const halves = new Uint32Array(block.buffer);
    for (let index = 0; index < count && set < most; index += 1)
      if (((halves[2 * index] ?? 0) | (halves[2 * index + 1] ?? 0)) !== 0) set += 1;
    return set;
  }
  // Not 0 is not 0 in any byte order.
  const entries = bits === 8 ? block : wide(block.buffer, bits);
  for (let index = 0; index < count && set < most; index += 1) if (entries[index] !== 0) set += 1;
  return set;
}

const wide = (buffer: ArrayBuffer, bits: number): Uint16Array | Uint32Array =>
  bits === 16 ? new Uint16Array(buffer) : new Uint32Array(buffer);

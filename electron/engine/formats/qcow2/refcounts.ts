import { ImageError } from "../../errors";
import { limits } from "./header";

/** How many clusters a new image's refcount structures take. */
export interface RefcountPlan {
  /** Refcount blocks, one cluster each. */
  readonly blocks: number;
  readonly tableClusters: number;
  /** Clusters that one block counts. */
  readonly clustersPerBlock: number;
}

/**
 * Plans refcount blocks and table for a file of `otherClusters` clusters and themselves
 * (specification, "Host cluster management"), as large as they have to be.
 */
export function planRefcounts(
  otherClusters: number,
  clusterSize: number,
  refcountBits: number,
): RefcountPlan {
  const clustersPerBlock = (clusterSize * 8) / refcountBits;
  let blocks = 1;
  let tableClusters = 1;
  // Blocks count themselves and the table: grow both until they cover the whole file.
  for (;;) {
    const neededBlocks = Math.ceil((otherClusters + blocks + tableClusters) / clustersPerBlock);
    const neededTable = Math.ceil((neededBlocks * 8) / clusterSize);
    if (neededBlocks <= blocks && neededTable <= tableClusters) break;
    blocks = neededBlocks;
    tableClusters = neededTable;
  }
  return { blocks, tableClusters, clustersPerBlock };
}

/** @throws ImageError `limit` when the table is larger than readers accept. */
export function requireReadableTable({ tableClusters }: RefcountPlan, clusterSize: number): void {
  const found = tableClusters * clusterSize;
  if (found <= limits.refcountTable) return;
  throw new ImageError("limit", "The image needs a refcount table that is too large", {
    expected: `at most ${limits.refcountTable} bytes`,
    found,
    hint: "Choose a larger cluster size or narrower refcounts.",
  });
}

/**
 * Sets the refcount of entry `index` in zeroed refcount blocks to `count`, which is below 2^16 and fits.
 * Wide refcounts are big-endian; of those narrower than a byte the first lies in the least
 * significant bits.
 */
export function setRefcount(
  blocks: Uint8Array,
  index: number,
  refcountBits: number,
  count: number,
): void {
  if (refcountBits >= 8) {
    const last = ((index + 1) * refcountBits) / 8 - 1;
    blocks[last] = count & 0xff;
    if (count > 0xff) blocks[last - 1] = count >>> 8;
    return;
  }
  const bit = index * refcountBits;
  const at = Math.floor(bit / 8);
  blocks[at] = (blocks[at] ?? 0) | (count << (bit % 8));
}

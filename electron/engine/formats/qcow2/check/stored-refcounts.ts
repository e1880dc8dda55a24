import type { CheckFindingId } from "../../../../../shared/model/check";
import type { ByteSource } from "../../../io/source";
import { decodeCounts, newCounts } from "../change/refcount-block";
import { limits, type Header } from "../header";
import type { Findings } from "../../findings";
import { markGroups, newClusterCounts, type ClusterCounts } from "../change/cluster-counts";
import type { References } from "./references";

/** The refcounts that the file holds; marked are the groups of clusters that some block counts. */
export interface StoredRefcounts extends ClusterCounts {
  /** Whether every block can be used. */
  readonly whole: boolean;
  /** Whether the block that counts this cluster cannot be used. */
  unknown(cluster: number): boolean;
  /** The first cluster that is not counted by the same block as this one. */
  blockEnd(cluster: number): number;
  /** The refcount of any cluster, past the file's end too. */
  of(cluster: number): number;
  /** Checks the table's entries and marks the blocks. */
  checkBlocks(references: References): void;
}

/** Fills `into` from byte `at` of the file; what the file does not have is zeros, as qemu reads it. */
export function readPadded(source: ByteSource, at: number, into: Uint8Array): void {
  const there = Math.max(0, Math.min(into.length, source.size - at));
  if (there > 0) source.read(at, into.subarray(0, there));
  into.fill(0, there);
}

/** Reads all refcounts of the file's clusters (specification, "Host cluster management"). */
export function readStoredRefcounts(
  source: ByteSource,
  header: Header,
  findings: Findings,
): StoredRefcounts {
  const { clusterSize, refcountTableOffset, refcountTableClusters } = header;
  const bits = 2 ** header.refcountOrder;
  const perBlock = (clusterSize * 8) / bits;
  const clusters = Math.ceil(source.size / clusterSize);
  const length = Math.min(refcountTableClusters * clusterSize, limits.refcountTable);
  const table = new DataView(new ArrayBuffer(length));
  readPadded(source, refcountTableOffset, new Uint8Array(table.buffer));
  const entries = length / 8;
  const offsetOf = (index: number): number =>
    table.getUint32(index * 8) * 2 ** 32 + ((table.getUint32(index * 8 + 4) & ~0x1ff) >>> 0);

  // Offsets end at 2^63.
  const isPlace = (offset: number): boolean => offset % clusterSize === 0 && offset < 2 ** 63;

  const { counts, groups } = newClusterCounts(clusters, bits);
  const bytes = new Uint8Array(clusterSize);
  const misplaced = new Set<number>();
  for (let index = 0; index < entries && index * perBlock < clusters; index++) {
    const offset = offsetOf(index);
    if (offset === 0) continue;
    const first = index * perBlock;
    markGroups(groups, first, Math.min(clusters, first + perBlock));
    if (!isPlace(offset)) {
      misplaced.add(index);
      continue;
    }
    if (offset >= source.size) continue;
    readPadded(source, offset, bytes);
    decodeCounts(bytes, bits, counts, first);
  }

  /** The refcount of a cluster that the file does not have. */
  function beyond(cluster: number): number {
    const index = Math.floor(cluster / perBlock);
    const offset = index < entries ? offsetOf(index) : 0;
    if (offset === 0 || !isPlace(offset)) return 0;
    readPadded(source, offset, bytes);
    const block = newCounts(perBlock, bits);
    decodeCounts(bytes, bits, block, 0);
    return block[cluster % perBlock] ?? 0;
  }

  return {
    counts,
    groups,
    whole: misplaced.size === 0,
    unknown(cluster) {
      const index = Math.floor(cluster / perBlock);
      if (misplaced.has(index)) return true;
      return index < entries && cluster >= clusters && !isPlace(offsetOf(index));
    },
    blockEnd: (cluster) => (Math.floor(cluster / perBlock) + 1) * perBlock,
    of: (cluster) => (cluster < clusters ? (counts[cluster] ?? 0) : beyond(cluster)),
    checkBlocks(references) {
      for (let index = 0; index < entries; index++) {
        const saidAt = refcountTableOffset + index * 8;
        const offset = offsetOf(index);
        const cluster = Math.floor(offset / clusterSize);
        const problem = problemOf(table.getUint32(index * 8 + 4), offset);
        if (problem !== undefined) {
          findings.add("corruption", saidAt, problem, () => ({ number: index }));
        } else if (offset !== 0) {
          references.mark(offset, clusterSize, 1);
          const used = references.counts[cluster] ?? 0;
          if (used === 1) continue;
          const values = () => ({ number: index, offset, uses: used });
          findings.add("corruption", saidAt, "refcount-block-overlaps", values);
        }
      }
    },
  };

  function problemOf(low: number, offset: number): CheckFindingId | undefined {
    if ((low & 0x1ff) !== 0) return "refcount-entry-reserved-bits";
    if (offset % clusterSize !== 0) return "refcount-block-unaligned";
    if (offset / clusterSize >= clusters) return "refcount-block-outside";
    return undefined;
  }
}

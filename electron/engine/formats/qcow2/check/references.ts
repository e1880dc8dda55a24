import { ImageError } from "../../../errors";
import type { ByteSource } from "../../../io/source";
import { mostOf } from "../change/refcount-block";
import type { Header } from "../header";
import type { Findings } from "../../findings";
import { markGroup, newClusterCounts, type ClusterCounts } from "../change/cluster-counts";

/** Clusters of the largest file that is checked: 16 TiB with clusters of 64 KiB. */
const mostClusters = 2 ** 28;
/** Clusters past the file's end that are kept in mind, and how far past it. */
const mostBeyond = 65536;
const mostAhead = 2 ** 24;

/** How often every cluster of the file is used, as the tables tell. */
export interface References extends ClusterCounts {
  /** Clusters of the file, one begun counted whole. */
  readonly clusters: number;
  /** What a count ends at, so that it is no more than the image's refcounts can hold. */
  readonly most: number;
  /** Whether a cluster has more uses than its refcount can hold. */
  readonly overflowed: boolean;
  /**
   * Uses of clusters that the file does not have and would soon have, if it got longer; of the first
   * 65536 of them.
   */
  readonly beyond: ReadonlyMap<number, number>;
  /** Counts `times` uses of the clusters that a range touches; what lies past the file's end is found. */
  mark(at: number, length: number, times: number): void;
  /** As `mark` for one whole cluster of the file. */
  markCluster(cluster: number, times: number): void;
}

/**
 * No references yet. 64-bit counts are kept in 32 bits: no file has as many references.
 * @param width Bits of a count.
 * @throws ImageError `limit` for a file with too many clusters.
 */
export function createReferences(
  source: ByteSource,
  header: Header,
  findings: Findings,
  width = 2 ** header.refcountOrder,
): References {
  const { clusterSize } = header;
  const fileSize = source.size;
  const clusters = Math.ceil(fileSize / clusterSize);
  if (clusters > mostClusters) {
    throw new ImageError("limit", `${source.name} has too many clusters to be checked`, {
      file: source.name,
      expected: `at most ${mostClusters}`,
      found: clusters,
    });
  }
  const bits = Math.min(32, width);
  const most = mostOf(bits);
  // A range may reach into the cluster that the file's end cuts off, and by less than one past it.
  const { counts, groups } = newClusterCounts(clusters + 1, bits);

  let overflowed = false;
  const beyond = new Map<number, number>();

  function markBeyond(at: number, length: number, times: number): void {
    const last = Math.min(Math.floor((at + length - 1) / clusterSize), clusters + mostAhead);
    const first = Math.max(clusters, Math.floor(at / clusterSize));
    for (let cluster = first; cluster <= last && beyond.size < mostBeyond; cluster++)
      beyond.set(cluster, Math.min(most, (beyond.get(cluster) ?? 0) + times));
  }

  function markCluster(cluster: number, times: number): void {
    markGroup(groups, cluster);
    const count = (counts[cluster] ?? 0) + times;
    if (count <= most) {
      counts[cluster] = count;
      return;
    }
    counts[cluster] = most;
    overflowed = true;
    const values = () => ({ uses: count, bits, most });
    findings.add("corruption", cluster * clusterSize, "refcount-overflow", values, count - most);
  }

  return {
    clusters,
    counts,
    groups,
    most,
    beyond,
    get overflowed() {
      return overflowed;
    },
    markCluster,
    mark(at, length, times) {
      if (length <= 0) return;
      if (at + length - fileSize >= clusterSize) {
        findings.add("corruption", at, "reference-past-end", () => ({ size: length }), times);
        markBeyond(at, length, times);
        return;
      }
      const last = Math.floor((at + length - 1) / clusterSize);
      for (let cluster = Math.floor(at / clusterSize); cluster <= last; cluster++)
        markCluster(cluster, times);
    },
  };
}

import type { CheckFindingId } from "../../../../../shared/model/check";
import { ImageError } from "../../../errors";
import { compressedPlace } from "../compressed";
import { hasDataFile, hasExtendedL2 } from "../header";
import type { ImageTables } from "../change/image";
import type { Findings } from "../../findings";
import { markGroup } from "../change/cluster-counts";
import type { References } from "./references";
import { readPadded, type StoredRefcounts } from "./stored-refcounts";
import type { TableUses } from "./tables";

/** Clusters of the active disk. */
export interface Usage {
  allocated: number;
  fragmented: number;
  compressed: number;
}

/**
 * Marks what the L2 tables point to, and checks their entries (specification, "L2 table entry") and,
 * in active ones, the COPIED flags against the stored refcounts. Each table is read once, however
 * many snapshots share it.
 * @throws ImageError `limit` when tables overlap beyond measure, `io`.
 */
export function markClusters(
  image: ImageTables,
  tables: ReadonlyMap<number, TableUses>,
  { references, stored, findings, wrongFlags }: Survey,
): Usage {
  const { file, header, l2EntrySize } = image;
  const { clusterSize, clusterBits } = header;
  const extended = hasExtendedL2(header);
  const dataFile = hasDataFile(header);
  const usage: Usage = { allocated: 0, fragmented: 0, compressed: 0 };
  const bytes = new Uint8Array(clusterSize);
  const view = new DataView(bytes.buffer);
  const inCluster = clusterSize - 1;
  const { clusters } = references;
  const lastCluster = clusters - 1;
  const quick = !extended && !dataFile && stored.whole;
  // Tables that lie apart cannot hold more than the file does.
  let budget = 4 * file.size + 2 ** 26;
  // How many clusters there are below 2^32 bytes, to tell a cluster's number from the two words.
  const perHigh = 2 ** (32 - clusterBits);

  function checkCopied(saidAt: number, cluster: number, at: number, times: number): void {
    if (times === 0 || stored.unknown(cluster)) return;
    const high = view.getUint32(at);
    const refcount = dataFile ? 1 : stored.of(cluster);
    if ((refcount === 1) === high >>> 31 > 0) return;
    const values = () => ({
      flag: high >>> 31,
      refcount,
      entry: view.getBigUint64(at).toString(16),
    });
    findings.add("corruption", saidAt, "l2-copied-flag", values, times);
    wrongFlags.count += times;
  }

  function markCompressed(saidAt: number, at: number, { active, total }: TableUses): void {
    const high = view.getUint32(at);
    const low = view.getUint32(at + 4);
    const add = (id: CheckFindingId): void =>
      findings.add("corruption", saidAt, id, undefined, total);
    if (high >>> 31 > 0) add("compressed-copied-flag");
    if (dataFile) return add("compressed-with-data-file");
    if (extended && (view.getUint32(at + 8) !== 0 || view.getUint32(at + 12) !== 0))
      return add("compressed-subclusters");
    const { at: from, stored: length } = compressedPlace(high & 0x7fffffff, low, clusterBits);
    references.mark(from, length, total);
    usage.allocated += active;
    usage.compressed += active;
    usage.fragmented += active;
  }

  /** An entry with more to say than a place; the answer is whether it has one that counts. */
  function checkEntry(saidAt: number, at: number, offset: number, total: number): boolean {
    const add = (id: CheckFindingId): void =>
      findings.add("corruption", saidAt, id, undefined, total);
    const low = view.getUint32(at + 4);
    if ((view.getUint32(at) & 0x3f000000) !== 0 || (low & 0x1fe) !== 0) add("l2-reserved-bits");
    const copied = view.getUint32(at) >>> 31 > 0;
    if (offset === 0) {
      if (!extended && (low & 1) !== 0) return false;
      if (dataFile && copied) return true;
      if (extended && view.getUint32(at + 12) !== 0) add("subcluster-without-place");
      return false;
    }
    if (extended && (view.getUint32(at + 8) & view.getUint32(at + 12)) !== 0)
      add("subcluster-allocated-and-zero");
    if (offset % clusterSize !== 0)
      findings.add("corruption", saidAt, "cluster-unaligned", () => ({ offset }), total);
    return true;
  }

  const { counts, groups } = references;
  const kept = stored.counts;
  const { most } = references;

  for (const [tableAt, uses] of tables) {
    const { active, total } = uses;
    if (tableAt >= file.size) continue;
    budget -= clusterSize;
    if (budget < 0) throw overlapping(file.name);
    readPadded(file, tableAt, bytes);
    let nextAt = 0;
    for (let at = 0; at < clusterSize; at += l2EntrySize) {
      const high = view.getUint32(at);
      const low = view.getUint32(at + 4);
      if (high === 0 && low === 0 && !extended) continue;
      const cluster = (high & 0x00ffffff) * perHigh + (low >>> clusterBits);
      // Nearly every entry is one of these, and there are millions.
      if (
        quick &&
        (high & 0x7f000000) === 0 &&
        (low & inCluster) === 0 &&
        cluster > 0 &&
        cluster < lastCluster
      ) {
        const count = (counts[cluster] ?? 0) + total;
        markGroup(groups, cluster);
        if (count <= most) counts[cluster] = count;
        else references.markCluster(cluster, total);
        if (active === 0) continue;
        usage.allocated += active;
        const offset = cluster * clusterSize;
        if (nextAt !== 0 && offset !== nextAt) usage.fragmented += active;
        nextAt = offset + clusterSize;
        if ((kept[cluster] === 1) !== high >>> 31 > 0 && tableAt > 0)
          checkCopied(tableAt + at, cluster, at, active);
        continue;
      }
      const saidAt = tableAt + at;
      if ((high & 0x40000000) !== 0) {
        markCompressed(saidAt, at, uses);
        continue;
      }
      const offset = (high & 0x00ffffff) * 2 ** 32 + ((low & 0xfffffe00) >>> 0);
      const plain = !extended && (high & 0x3f000000) === 0 && (low & inCluster) === 0;
      if (!(plain && offset !== 0) && !checkEntry(saidAt, at, offset, total)) {
        continue;
      }
      if (active > 0) {
        usage.allocated += active;
        if (nextAt !== 0 && offset !== nextAt) usage.fragmented += active;
        nextAt = offset + clusterSize;
        // An L1 entry without a place is damage enough; no flags are looked for there.
        if (tableAt > 0) checkCopied(saidAt, cluster, at, active);
      }
      if (dataFile) continue;
      if ((low & inCluster & ~0x1ff) === 0 && cluster < clusters - 1)
        references.markCluster(cluster, total);
      else references.mark(offset, clusterSize, total);
    }
  }
  return usage;
}

/** What a check works on and fills. */
export interface Survey {
  readonly references: References;
  readonly stored: StoredRefcounts;
  readonly findings: Findings;
  /** How many of the corruptions are COPIED flags that differ from the stored refcounts. */
  readonly wrongFlags: { count: number };
}

function overlapping(file: string): ImageError {
  return new ImageError("limit", `${file}: its L2 tables overlap too much to be checked`, { file });
}

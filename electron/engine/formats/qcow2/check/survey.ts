import type { CheckResult } from "../../../../../shared/model/check";
import type { Counts } from "../change/refcount-block";
import type { ByteSource } from "../../../io/source";
import { incompatible } from "../features";
import type { ImageTables } from "../change/image";
import { readTablesThere } from "../change/image";
import { isTableCutOff } from "../change/snapshot-table";
import { createFindings, type Findings } from "../../findings";
import {
  copyCounts,
  eitherGroups,
  markedStretches,
  type ClusterCounts,
} from "../change/cluster-counts";
import { markClusters, type Survey, type Usage } from "./l2-tables";
import { createReferences } from "./references";
import { readStoredRefcounts } from "./stored-refcounts";
import { markTables } from "./tables";

/** What the tables of an image say, and what the refcounts say of it. */
export interface Surveyed extends Survey {
  readonly image: ImageTables;
  readonly result: CheckResult;
  /**
   * The counts of `references`, but without the refcount table and blocks; those with them unless asked
   * for.
   */
  readonly uses: ClusterCounts;
}

/**
 * Checks an image, and keeps what was counted. @throws ImageError as `checkQcow2`.
 * @param keepUses Whether the uses without those by refcounts are wanted, too.
 * @param width Bits of a count of uses: as many as a refcount has, when absent.
 */
export function surveyImage(
  source: ByteSource,
  { keepUses = false, width }: { keepUses?: boolean; width?: number } = {},
): Surveyed {
  const image = readTablesThere(source);
  const { header } = image;
  const findings = createFindings();
  addLostSnapshots(image, findings);
  addLostBitmaps(image, findings);
  const references = createReferences(source, header, findings, width);
  const stored = readStoredRefcounts(source, header, findings);
  const survey = { references, stored, findings, wrongFlags: { count: 0 } };
  const tables = markTables(image, references, findings);
  checkL1Copied(image, survey);
  const usage = markClusters(image, tables, survey);
  const uses = keepUses ? copyCounts(references) : references;
  references.mark(header.refcountTableOffset, header.refcountTableClusters * header.clusterSize, 1);
  stored.checkBlocks(references);
  const end = compareCounts(image, survey);
  return { ...survey, image, uses, result: resultOf(image, survey, usage, end) };
}

/** A damaged snapshot table; where it is only cut off, a repair takes what is lost out of it. */
function addLostSnapshots(image: ImageTables, findings: Findings): void {
  if (image.lostSnapshots === undefined) return;
  const { header, snapshots } = image;
  const { snapshotsOffset: offset, nbSnapshots } = header;
  const values = () => ({ offset, count: nbSnapshots, lost: nbSnapshots - snapshots.length });
  const id = isTableCutOff(image) ? "snapshot-table-cut-off" : "snapshot-table-damaged";
  findings.add("corruption", 64, id, values);
}

/** A damaged bitmap directory; a repair takes what is lost out of it. */
function addLostBitmaps({ header, extensions, bitmaps }: ImageTables, findings: Findings): void {
  if (bitmaps.lost === undefined) return;
  const { at = header.headerLength } = bitmaps.lost;
  const values = () => ({
    offset: extensions.bitmaps?.directoryOffset ?? 0,
    count: extensions.bitmaps?.nbBitmaps ?? 0,
    left: bitmaps.entries.length,
  });
  findings.add("corruption", at, "bitmap-directory-damaged", values);
}

/** The COPIED flags of the active L1 table. */
function checkL1Copied(
  { file, header }: ImageTables,
  { stored, findings, wrongFlags }: Survey,
): void {
  const { l1Size, l1TableOffset, clusterSize } = header;
  const there = Math.max(0, Math.min(l1Size * 8, file.size - l1TableOffset)) & ~7;
  const bytes = new Uint8Array(there);
  file.read(l1TableOffset, bytes);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < there; at += 8) {
    const high = view.getUint32(at);
    const offset = (high & 0x00ffffff) * 2 ** 32 + ((view.getUint32(at + 4) & 0xfffffe00) >>> 0);
    if (offset === 0) continue;
    const cluster = Math.floor(offset / clusterSize);
    if (stored.unknown(cluster)) continue;
    const refcount = stored.of(cluster);
    if ((refcount === 1) === high >>> 31 > 0) continue;
    const values = () => ({
      flag: high >>> 31,
      refcount,
      index: at / 8,
      entry: view.getBigUint64(at).toString(16),
    });
    findings.add("corruption", l1TableOffset + at, "l1-copied-flag", values);
    wrongFlags.count += 1;
  }
}

/** Holds the stored refcounts against the references; the answer is the byte behind the last cluster. */
function compareCounts(
  { header, lostSnapshots, bitmaps }: ImageTables,
  { references, stored, findings }: Survey,
): number {
  const { clusterSize } = header;
  const { clusters, counts } = references;
  const kept = stored.counts;
  // A reference may begin in the cluster that the file's end cuts off, and end in the next.
  const end = (counts[clusters] ?? 0) > 0 ? clusters + 1 : clusters;
  const stretches = [...markedStretches(eitherGroups(references.groups, stored.groups), end)];
  for (const [first, stretchEnd] of stretches) {
    for (let from = first, to; from < stretchEnd; from = to) {
      to = stored.whole ? stretchEnd : Math.min(stretchEnd, stored.blockEnd(from));
      if (stored.unknown(from)) {
        const clusters = to - from;
        findings.add(
          "error",
          from * clusterSize,
          "refcount-unreadable",
          () => ({ clusters }),
          clusters,
        );
      } else compareStretch(from, to);
    }
  }
  return (lastUsed() + 1) * clusterSize;

  function compareStretch(first: number, stretchEnd: number): void {
    for (let cluster = first; ; cluster++) {
      cluster = firstDifference(kept, counts, cluster, stretchEnd);
      if (cluster === stretchEnd) return;
      const refcount = kept[cluster] ?? stored.of(cluster);
      const used = counts[cluster] ?? 0;
      if (refcount === used) continue;
      // What nobody seems to use may be that of a lost snapshot or bitmap.
      if ((lostSnapshots ?? bitmaps.lost) && refcount > used) continue;
      const kind = refcount < used ? "corruption" : "leak";
      const values = () => ({ refcount, uses: used, cluster });
      findings.add(kind, cluster * clusterSize, "refcount-differs", values);
    }
  }

  function lastUsed(): number {
    for (const [first, stretchEnd] of stretches.toReversed())
      for (let cluster = stretchEnd - 1; cluster >= first; cluster--) {
        if (stored.unknown(cluster)) continue;
        if ((kept[cluster] ?? stored.of(cluster)) > 0 || (counts[cluster] ?? 0) > 0) return cluster;
      }
    return 0;
  }
}

/** The first index from `from` on where the two differ; `end` when there is none. */
function firstDifference(a: Counts, b: Counts, from: number, end: number): number {
  for (let i = from; i < end; i++) if (a[i] !== b[i]) return i;
  return end;
}

function resultOf(
  { header }: ImageTables,
  { findings }: Survey,
  usage: Usage,
  imageEndOffset: number,
): CheckResult {
  const { counts, listed, more } = findings;
  const has = (feature: bigint): boolean => (header.incompatibleFeatures & feature) !== 0n;
  return {
    checkErrors: counts.error,
    corruptions: counts.corruption,
    leaks: counts.leak,
    imageEndOffset,
    totalClusters: Math.ceil(header.size / header.clusterSize),
    allocatedClusters: usage.allocated,
    fragmentedClusters: usage.fragmented,
    compressedClusters: usage.compressed,
    dirty: has(incompatible.dirty),
    corrupt: has(incompatible.corrupt),
    findings: listed,
    moreFindings: more,
  };
}

/**
 * Checks every cluster's refcount, every table's entries and the COPIED flags, and counts as
 * `qemu-img check` does.
 * @throws ImageError when the header cannot be read, `limit` for a file with too
 *   many clusters, `io`.
 */
export const checkQcow2 = (source: ByteSource): CheckResult => surveyImage(source).result;

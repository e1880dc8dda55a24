import type { CheckResult } from "../../../../../shared/model/check";
import type { ByteSource } from "../../../io/source";
import { incompatible } from "../features";
import type { ImageTables } from "../change/image";
import { readImageTables } from "../change/image";
import { createFindings } from "./findings";
import { markClusters, type Survey, type Usage } from "./l2-tables";
import { createReferences } from "./references";
import { readStoredRefcounts } from "./stored-refcounts";
import { markTables } from "./tables";

/** What the tables of an image say, and what the refcounts say of it. */
export interface Surveyed extends Survey {
  readonly image: ImageTables;
  readonly result: CheckResult;
  /** Whether the refcounts cannot be mended where they are. */
  readonly rebuild: boolean;
}

/** Checks an image, and keeps what was counted. @throws ImageError as `checkQcow2`. */
export function surveyImage(source: ByteSource): Surveyed {
  const image = readImageTables(source);
  const { header } = image;
  const findings = createFindings();
  const references = createReferences(source, header, findings);
  const stored = readStoredRefcounts(source, header, findings);
  const survey = { references, stored, findings };
  const tables = markTables(image, references, findings);
  checkL1Copied(image, survey);
  const usage = markClusters(image, tables, survey);
  const broken = stored.checkBlocks(references);
  const { end, uncounted } = compareCounts(image, survey);
  return {
    ...survey,
    image,
    rebuild: broken || uncounted,
    result: resultOf(image, survey, usage, end),
  };
}

/** The COPIED flags of the active L1 table. */
function checkL1Copied({ file, header }: ImageTables, { stored, findings }: Survey): void {
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
    const text = () =>
      `The L1 entry's COPIED flag is ${high >>> 31}, but its L2 table has refcount ${refcount}`;
    findings.add("corruption", l1TableOffset + at, text);
  }
}

/** Holds the stored refcounts against the references, cluster by cluster. */
function compareCounts(
  { header }: ImageTables,
  { references, stored, findings }: Survey,
): { end: number; uncounted: boolean } {
  const { clusters, counts } = references;
  const kept = stored.counts;
  // A reference may begin in the cluster that the file's end cuts off, and end in the next.
  const end = (counts[clusters] ?? 0) > 0 ? clusters + 1 : clusters;
  let last = 0;
  let uncounted = false;
  for (let cluster = 0; cluster < end; cluster++) {
    const refcount = kept[cluster] ?? stored.of(cluster);
    const used = counts[cluster] ?? 0;
    const at = cluster * header.clusterSize;
    if (stored.unknown(cluster)) {
      findings.add("error", at, () => "The cluster's refcount cannot be read");
      continue;
    }
    if (refcount > 0 || used > 0) last = cluster;
    if (refcount === used) continue;
    if (refcount === 0) uncounted = true;
    findings.add(
      refcount < used ? "corruption" : "leak",
      at,
      () => `The cluster has refcount ${refcount} and ${used} use${used === 1 ? "" : "s"}`,
    );
  }
  return { end: (last + 1) * header.clusterSize, uncounted };
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
 * @throws ImageError when the header or snapshot table cannot be read, `limit` for a file with too
 *   many clusters, `io`.
 */
export const checkQcow2 = (source: ByteSource): CheckResult => surveyImage(source).result;

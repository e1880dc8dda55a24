import { ImageError } from "../../../errors";
import type { ByteSource } from "../../../io/source";
import { eitherGroups, type ClusterGroups } from "../change/cluster-counts";
import { createFindings } from "../../findings";
import { readTablesThere, type ImageTables } from "../change/image";
import { compressedPlace } from "../compressed";
import { hasExtendedL2 } from "../header";
import { createReferences } from "./references";
import { readPadded, readStoredRefcounts } from "./stored-refcounts";
import { markTables, type TableUses } from "./tables";

/** All tables of an image, and what they and the refcounts say of the file's clusters. */
export interface HostTables {
  readonly image: ImageTables;
  /** The L2 tables of the disk and its snapshots by byte offset, in the order of the disk. */
  readonly tables: readonly (readonly [at: number, uses: TableUses])[];
  /** Whether a cluster of the file holds a table, or what else is no guest data. */
  isMetadata(cluster: number): boolean;
  /** The refcount that the file tells of its cluster. */
  refcount(cluster: number): number;
  /** Clusters of the file, one begun counted whole. */
  readonly clusters: number;
  /** Of the clusters with metadata or refcounts. */
  readonly groups: ClusterGroups;
}

/**
 * Finds all tables of an image. Damage is passed over.
 * @throws ImageError as `checkQcow2`.
 */
export function readHostTables(source: ByteSource): HostTables {
  const image = readTablesThere(source);
  const { header } = image;
  // What is damaged is told by the check, not here.
  const findings = createFindings();
  const references = createReferences(source, header, findings);
  const stored = readStoredRefcounts(source, header, findings);
  const tables = [...markTables(image, references, findings)];
  references.mark(header.refcountTableOffset, header.refcountTableClusters * header.clusterSize, 1);
  stored.checkBlocks(references);
  return {
    image,
    tables: tables.sort(([, a], [, b]) => a.l1Index - b.l1Index),
    isMetadata: (cluster) => (references.counts[cluster] ?? 0) > 0,
    refcount: (cluster) => stored.of(cluster),
    clusters: references.clusters,
    groups: eitherGroups(references.groups, stored.groups),
  };
}

/** An L2 entry that leads into the file. Filled in place: one is told a million times. */
export interface TableEntry {
  /** Byte offset of its table, and who uses that. */
  tableAt: number;
  uses: TableUses;
  /** Its place in the table. */
  index: number;
  kind: "data" | "zero" | "compressed";
  /** Clusters of the file that it takes. */
  first: number;
  last: number;
  /** Byte offset in the file. */
  at: number;
}

/**
 * Tells each entry of these tables that leads to a place in the file (specification, "L2 table entry").
 * @param tick Called once a table. @throws to end the walk.
 * @throws ImageError `limit` when tables overlap beyond measure, `io`.
 */
export function eachTableEntry(
  { image, tables }: Pick<HostTables, "image" | "tables">,
  tick: () => void,
  visit: (entry: TableEntry) => void,
): void {
  const { file, header, l2EntrySize } = image;
  const { clusterSize, clusterBits } = header;
  const extended = hasExtendedL2(header);
  const view = new DataView(new ArrayBuffer(clusterSize));
  const bytes = new Uint8Array(view.buffer);
  const none: TableUses = { active: 0, total: 0, l1Index: 0 };
  const found: TableEntry = {
    tableAt: 0,
    uses: none,
    index: 0,
    kind: "data",
    first: 0,
    last: 0,
    at: 0,
  };
  // Tables that lie apart cannot hold more than the file does.
  let budget = 4 * file.size + 2 ** 26;
  for (const [tableAt, uses] of tables) {
    tick();
    if (tableAt >= file.size) continue;
    budget -= clusterSize;
    if (budget < 0)
      throw new ImageError("limit", `${file.name}: its L2 tables overlap too much`, {
        file: file.name,
      });
    readPadded(file, tableAt, bytes);
    found.tableAt = tableAt;
    found.uses = uses;
    for (let at = 0; at < clusterSize; at += l2EntrySize) {
      const high = view.getUint32(at);
      const low = view.getUint32(at + 4);
      if (high === 0 && low === 0) continue;
      found.index = at / l2EntrySize;
      if ((high & 0x40000000) !== 0) {
        const place = compressedPlace(high & 0x7fffffff, low, clusterBits);
        found.kind = "compressed";
        found.at = place.at;
        found.first = Math.floor(place.at / clusterSize);
        found.last = Math.floor((place.at + place.stored - 1) / clusterSize);
      } else {
        found.at = (high & 0x00ffffff) * 2 ** 32 + ((low & 0xfffffe00) >>> 0);
        if (found.at === 0) continue;
        const isZero = extended ? view.getUint32(at + 12) === 0 : (low & 1) !== 0;
        found.kind = isZero ? "zero" : "data";
        found.first = found.last = Math.floor(found.at / clusterSize);
      }
      visit(found);
    }
  }
}

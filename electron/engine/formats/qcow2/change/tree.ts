import { compressedPlace } from "../compressed";
import { hasDataFile } from "../header";
import type { ClusterUses } from "./cluster-uses";
import { readL2, type ImageTables } from "./image";
import { compressedBit, copiedBit, offsetIn, putEntry } from "./table-entry";
import type { Transaction } from "./transaction";

/**
 * Adds `delta` uses to all that an L1 table leads to: its L2 tables and the clusters that these
 * point to (specification, "Host cluster management"). Clusters of a data file are not counted.
 * @throws ImageError as `readL2` and `Transaction.add`.
 */
export function addUses(
  change: ClusterUses,
  image: ImageTables,
  l1: DataView,
  delta: 1 | -1,
): void {
  for (let i = 0; i < l1.byteLength; i += 8) {
    const offset = offsetIn(l1, i);
    if (offset === 0) continue;
    change.add(offset, delta);
    addTableUses(change, image, readL2(image, offset), delta);
  }
}

/** Adds `delta` uses to the clusters that an L2 table points to. */
function addTableUses(
  change: ClusterUses,
  { header, l2EntrySize }: ImageTables,
  table: DataView,
  delta: 1 | -1,
): void {
  const dataFile = hasDataFile(header);
  for (let at = 0; at < table.byteLength; at += l2EntrySize) {
    const high = table.getUint32(at);
    const low = table.getUint32(at + 4);
    if (high === 0 && low < 512) continue;
    if ((high & compressedBit) !== 0) {
      const { at: from, stored } = compressedPlace(high, low, header.clusterBits);
      change.addRange(from, stored, delta);
    } else if (!dataFile) {
      const offset = offsetIn(table, at);
      if (offset !== 0) change.add(offset, delta);
    }
  }
}

/**
 * Gives the active tree the COPIED flags that the refcounts after the change ask for. An L2 table
 * with another flag is written anew: its flags and the refcounts must change at the same moment.
 * @param l1 The active L1 table; its entries are set.
 * @param options `twin` is the L1 table of a snapshot just taken, which shares all L2 tables with
 *   `l1`, those written anew too. In a `damaged` image, tables that cannot be read are left alone.
 */
export function settleCopied(
  change: Transaction,
  image: ImageTables,
  l1: DataView,
  { twin, damaged = false }: { twin?: DataView; damaged?: boolean } = {},
): void {
  for (let i = 0; i < l1.byteLength; i += 8) {
    let offset = offsetIn(l1, i);
    if (offset === 0) continue;
    if (damaged && !isWhole(image, offset)) {
      const copied = change.refcount(offset) === 1 ? 0x80 : 0;
      l1.setUint8(i, (l1.getUint8(i) & 0x7f) | copied);
      continue;
    }
    const table = readL2(image, offset);
    if (settleTable(change, image, table)) {
      const both = twin !== undefined && change.refcount(offset) === 2;
      change.add(offset, both ? -2 : -1);
      offset = change.allocate(1);
      if (both) change.add(offset, 1);
      if (both) putEntry(twin, i, offset, false);
      change.write(offset, new Uint8Array(table.buffer));
    }
    putEntry(l1, i, offset, change.refcount(offset) === 1);
  }
}

const isWhole = ({ file, header: { clusterSize } }: ImageTables, offset: number): boolean =>
  offset % clusterSize === 0 && offset + clusterSize <= file.size;

/** Corrects the COPIED flags of one L2 table; whether there was anything to correct. */
function settleTable(
  change: Transaction,
  { header, l2EntrySize }: ImageTables,
  table: DataView,
): boolean {
  const dataFile = hasDataFile(header);
  let settled = false;
  for (let at = 0; at < table.byteLength; at += l2EntrySize) {
    const high = table.getUint32(at);
    if (high === 0 && table.getUint32(at + 4) < 512) continue;
    const offset = offsetIn(table, at);
    let single = false;
    if ((high & compressedBit) === 0)
      single = dataFile ? high >>> 31 === 1 : offset !== 0 && change.refcount(offset) === 1;
    if (single === high >>> 31 > 0) continue;
    table.setUint32(at, (high ^ copiedBit) >>> 0);
    settled = true;
  }
  return settled;
}

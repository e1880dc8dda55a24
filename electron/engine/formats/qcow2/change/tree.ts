import { ImageError } from "../../../errors";
import { compressedPlace } from "../compressed";
import { hasDataFile } from "../header";
import { entriesAlike } from "../l2-entry";
import type { ClusterUses } from "./cluster-uses";
import { readL2, type ImageTables } from "./image";
import { repairHint } from "./refcount-store";
import { compressedBit, copiedBit, offsetIn, putEntry } from "./table-entry";
import type { Transaction } from "./transaction";

/**
 * Adds `delta` uses to all that an L1 table leads to: its L2 tables and the clusters that these
 * point to (specification, "Host cluster management"). Clusters of a data file are not counted.
 * @throws ImageError as `readL2` and `Transaction.add`; `invalid-table` when what is added lies past
 *   the end of the file.
 */
export function addUses(
  change: ClusterUses,
  image: ImageTables,
  l1: DataView,
  delta: 1 | -1,
): void {
  const memory = new Uint8Array(image.header.clusterSize);
  for (let i = 0; i < l1.byteLength; i += 8) {
    const offset = offsetIn(l1, i);
    if (offset === 0) continue;
    change.add(offset, delta);
    addTableUses(change, image, readL2(image, offset, memory), delta);
  }
}

/** Adds `delta` uses to the clusters that an L2 table points to. */
function addTableUses(
  change: ClusterUses,
  image: ImageTables,
  table: DataView,
  delta: 1 | -1,
): void {
  const { header, l2EntrySize } = image;
  const dataFile = hasDataFile(header);
  for (let at = 0; at < table.byteLength;) {
    const high = table.getUint32(at);
    const low = table.getUint32(at + 4);
    let entries = 1;
    if ((high & compressedBit) !== 0) {
      const { at: from, stored } = compressedPlace(high, low, header.clusterBits);
      if (delta > 0) requireInFile(image, from, stored);
      change.addRange(from, stored, delta);
    } else if (!dataFile) {
      const offset = offsetIn(table, at);
      entries = entriesInRow(image, table, at, offset);
      const first = offset - (offset % header.clusterSize);
      const length = entries * header.clusterSize;
      if (offset !== 0 && delta > 0) requireInFile(image, first, length);
      if (offset !== 0) change.addRange(first, length, delta);
    }
    at += entries * l2EntrySize;
  }
}

/** What lies a cluster or more past the end of the file is damage: nobody can be given a part in it. */
function requireInFile({ file, header }: ImageTables, at: number, length: number): void {
  if (at + length > file.size + header.clusterSize)
    throw new ImageError(
      "invalid-table",
      `${file.name}: a cluster at byte ${at} lies past the end of the file, at byte ${file.size}`,
      { file: file.name, at, expected: `an end at most at byte ${file.size}`, hint: repairHint },
    );
}

/**
 * How many entries, from the one at byte `at` of an L2 table on, point to clusters that follow one
 * another in the file, or all to none. The entry is not compressed and points to byte `offset`.
 */
function entriesInRow(
  { header: { clusterSize }, l2EntrySize }: ImageTables,
  table: DataView,
  at: number,
  offset: number,
): number {
  if (l2EntrySize !== 8) return 1;
  const step = offset === 0 ? 0 : clusterSize;
  return 1 + entriesAlike(table, at / 8, table.byteLength / 8, step, false);
}

/**
 * Gives the active tree the COPIED flags that the refcounts after the change ask for. An L2 table
 * with another flag is written anew: its flags and the refcounts must change at the same moment.
 * @param l1 The active L1 table; its entries are set.
 * @param options `twin` is the L1 table of a snapshot just taken, which shares all L2 tables with
 *   `l1`, those written anew too. In a `damaged` image, tables that cannot be read are left alone.
 * @returns How many flags were others.
 */
export function settleCopied(
  change: Transaction,
  image: ImageTables,
  l1: DataView,
  { twin, damaged = false }: { twin?: DataView; damaged?: boolean } = {},
): number {
  let settled = 0;
  let memory: Uint8Array<ArrayBuffer> | undefined;
  const singles = new Uint8Array(image.l2Entries);
  for (let i = 0; i < l1.byteLength; i += 8) {
    let offset = offsetIn(l1, i);
    if (offset === 0) continue;
    if (l1.getUint8(i) >>> 7 !== Number(change.refcount(offset) === 1)) settled += 1;
    if (damaged && !isWhole(image, offset)) {
      const copied = change.refcount(offset) === 1 ? 0x80 : 0;
      l1.setUint8(i, (l1.getUint8(i) & 0x7f) | copied);
      continue;
    }
    memory ??= new Uint8Array(image.header.clusterSize);
    const inTable = settleTable(change, image, readL2(image, offset, memory), singles);
    settled += inTable;
    if (inTable > 0) {
      const both = twin !== undefined && change.refcount(offset) === 2;
      change.add(offset, both ? -2 : -1);
      offset = change.allocate(1);
      if (both) change.add(offset, 1);
      if (both) putEntry(twin, i, offset, false);
      change.write(offset, memory);
      // It is the change's now.
      memory = undefined;
    }
    putEntry(l1, i, offset, change.refcount(offset) === 1);
  }
  return settled;
}

const isWhole = ({ file, header: { clusterSize } }: ImageTables, offset: number): boolean =>
  offset % clusterSize === 0 && offset + clusterSize <= file.size;

/** Corrects the COPIED flags of one L2 table; the answer is how many were others. */
function settleTable(
  change: Transaction,
  image: ImageTables,
  table: DataView,
  singles: Uint8Array,
): number {
  const { header, l2EntrySize } = image;
  const dataFile = hasDataFile(header);
  let settled = 0;
  for (let at = 0; at < table.byteLength;) {
    const compressed = (table.getUint32(at) & compressedBit) !== 0;
    const offset = compressed ? 0 : offsetIn(table, at);
    const entries = compressed ? 1 : entriesInRow(image, table, at, offset);
    const end = at + entries * l2EntrySize;
    // In a data file, the flag tells a cluster at offset 0 from none.
    if (dataFile && !compressed) {
      at = end;
      continue;
    }
    if (offset === 0) singles.fill(0, 0, entries);
    else change.singles(offset, entries, singles);
    settled += settleEntries(table, at, l2EntrySize, entries, singles);
    at = end;
  }
  return settled;
}

/** Gives `count` entries from byte `at` of an L2 table on the flags that `singles` asks for; the answer is how many had another. */
function settleEntries(
  table: DataView,
  at: number,
  size: number,
  count: number,
  singles: Uint8Array,
): number {
  let settled = 0;
  for (let nth = 0; nth < count; nth++) {
    const high = table.getInt32(at + nth * size);
    if (high >>> 31 === singles[nth]) continue;
    table.setInt32(at + nth * size, high ^ copiedBit);
    settled += 1;
  }
  return settled;
}

import { putFields } from "../../../codec/fields";
import { ImageError } from "../../../errors";
import { bitmapEntryLength, type BitmapEntry } from "../bitmap-entries";
import { autoclear } from "../features";
import { requireTable } from "../tables";
import type { FirstCluster } from "./first-cluster";
import type { ImageTables } from "./image";
import { offsetIn } from "./table-entry";
import type { Transaction } from "./transaction";

/** The bytes of a new entry for a bitmap whose table lies at `tableOffset`. */
export function newBitmapEntry(
  name: Uint8Array,
  granularityBits: number,
  table: { readonly tableOffset: number; readonly tableSize: number; readonly flags: number },
): Uint8Array {
  const bytes = new Uint8Array(bitmapEntryLength + name.length);
  const put = putFields(bytes, "big");
  put.u64(0, table.tableOffset);
  put.u32(8, table.tableSize);
  put.u32(12, table.flags);
  // Type 1 is a dirty tracking bitmap; there is no other.
  put.u8(16, 1);
  put.u8(17, granularityBits);
  put.u16(18, name.length);
  put.bytes(bitmapEntryLength, name);
  return bytes;
}

/** A copy of an entry with another table or other flags. */
export function editedEntry(
  { bytes }: BitmapEntry,
  edit: { readonly tableOffset?: number; readonly flags?: number },
): Uint8Array {
  const copy = bytes.slice();
  const put = putFields(copy, "big");
  if (edit.tableOffset !== undefined) put.u64(0, edit.tableOffset);
  if (edit.flags !== undefined) put.u32(12, edit.flags);
  return copy;
}

/**
 * Writes the directory of these entries in the place of the old one, or takes it away where there are
 * none; the answer is what the first cluster says of it.
 */
export function storeDirectory(
  change: Transaction,
  { header: { clusterSize, autoclearFeatures }, bitmaps: { place } }: ImageTables,
  entries: readonly Uint8Array[],
): Pick<FirstCluster, "bitmaps"> & Required<Pick<FirstCluster, "fields">> {
  if (place) change.addRange(place.offset, place.length, -1);
  const others = autoclearFeatures & autoclear.rawExternalData;
  const length = entries.reduce((sum, entry) => sum + padded(entry.length), 0);
  if (length === 0) return { bitmaps: "none", fields: { autoclearFeatures: others } };
  const clusters = Math.ceil(length / clusterSize);
  const bytes = new Uint8Array(clusters * clusterSize);
  let end = 0;
  for (const entry of entries) {
    bytes.set(entry, end);
    end += padded(entry.length);
  }
  const at = change.allocate(clusters);
  change.write(at, bytes);
  const bitmaps = new Uint8Array(24);
  const put = putFields(bitmaps, "big");
  put.u32(0, entries.length);
  put.u64(8, length);
  put.u64(16, at);
  return { bitmaps, fields: { autoclearFeatures: others | autoclear.bitmaps } };
}

/** Gives a bitmap's table and data back. @throws ImageError `invalid-table`, `truncated`, `io`. */
export function releaseBitmap(
  change: Transaction,
  { file, header }: ImageTables,
  { tableOffset: offset, tableSize }: BitmapEntry,
): void {
  const length = tableSize * 8;
  if (length === 0) return;
  const saidAt = header.headerLength;
  requireTable(file, header, { name: "bitmap table", offset, length, saidAt });
  const table = new DataView(new ArrayBuffer(length));
  file.read(offset, new Uint8Array(table.buffer));
  for (let at = 0; at < length; at += 8) {
    const data = offsetIn(table, at);
    if (data !== 0) change.add(data, -1);
  }
  change.addRange(offset, length, -1);
}

/** The entry of this name. @throws ImageError `invalid-argument` when there is none. */
export function bitmapNamed(
  file: string,
  entries: readonly BitmapEntry[],
  name: string,
): BitmapEntry {
  const entry = entries.find((bitmap) => bitmap.name === name);
  if (entry !== undefined) return entry;
  throw new ImageError("invalid-argument", `${file} has no bitmap "${name}"`, {
    file,
    found: name,
  });
}

const padded = (length: number): number => Math.ceil(length / 8) * 8;

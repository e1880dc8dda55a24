import { fields, putFields } from "../../../codec/fields";
import { ImageError } from "../../../errors";
import { requireTable } from "../tables";
import type { ImageTables } from "./image";
import { offsetIn } from "./table-entry";
import type { Transaction } from "./transaction";

/** Bytes of an entry before its extra data and name. */
const fixedLength = 24;

/** Bits of an entry's flags: not saved in order, and enabled. */
export const inUseFlag = 1;
export const autoFlag = 2;

/** One entry of the bitmap directory (specification, "Bitmap directory"). */
export interface BitmapEntry {
  readonly tableOffset: number;
  /** Entries of the bitmap's table. */
  readonly tableSize: number;
  readonly flags: number;
  /** Bytes of the disk that one bit stands for: a power of two. */
  readonly granularity: number;
  readonly name: string;
  /** The entry as it lies in the file, padding left off. */
  readonly bytes: Uint8Array;
}

/** Reads the directory. @throws ImageError `invalid-table`, `truncated`, `io`. */
export function readDirectory({ file, header, extensions }: ImageTables): BitmapEntry[] {
  if (extensions.bitmaps === undefined) return [];
  const { directoryOffset: offset, directorySize: length, nbBitmaps } = extensions.bitmaps;
  const saidAt = header.headerLength;
  requireTable(file, header, { name: "bitmap directory", offset, length, saidAt });
  const bytes = new Uint8Array(length);
  file.read(offset, bytes);
  const directory = fields(bytes, { order: "big", file: file.name, base: offset });
  const entries: BitmapEntry[] = [];
  for (let at = 0; entries.length < nbBitmaps;) {
    const nameLength = directory.u16(at + 18);
    const nameAt = at + fixedLength + directory.u32(at + 20);
    entries.push({
      tableOffset: directory.u64(at),
      tableSize: directory.u32(at + 8),
      flags: directory.u32(at + 12),
      granularity: 2 ** (directory.u8(at + 17) & 63),
      name: directory.text(nameAt, nameLength),
      bytes: directory.bytes(at, nameAt + nameLength - at).slice(),
    });
    at = padded(nameAt + nameLength);
  }
  return entries;
}

/** The bytes of a new entry for a bitmap whose table lies at `tableOffset`. */
export function newBitmapEntry(
  name: Uint8Array,
  granularityBits: number,
  table: { readonly tableOffset: number; readonly tableSize: number; readonly flags: number },
): Uint8Array {
  const bytes = new Uint8Array(fixedLength + name.length);
  const put = putFields(bytes, "big");
  put.u64(0, table.tableOffset);
  put.u32(8, table.tableSize);
  put.u32(12, table.flags);
  // Type 1 is a dirty tracking bitmap; there is no other.
  put.u8(16, 1);
  put.u8(17, granularityBits);
  put.u16(18, name.length);
  put.bytes(fixedLength, name);
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

/** The directory of these entries. */
export function directoryOf(entries: readonly Uint8Array[]): Uint8Array {
  const directory = new Uint8Array(entries.reduce((sum, { length }) => sum + padded(length), 0));
  let at = 0;
  for (const entry of entries) {
    directory.set(entry, at);
    at += padded(entry.length);
  }
  return directory;
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

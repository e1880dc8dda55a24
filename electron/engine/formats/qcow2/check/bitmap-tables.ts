import type { BitmapEntry } from "../bitmap-entries";
import type { ImageTables } from "../change/image";
import type { Findings } from "../../findings";
import type { References } from "./references";
import { readPadded } from "./stored-refcounts";

/** An entry of a bitmap's table (specification, "Bitmap table"). */
interface TableEntry {
  /** Its byte in the file. */
  readonly at: number;
  /** Where a cluster of marks lies; 0 where all of them are the same. */
  readonly offset: number;
  /** Whether it is what an entry can be. */
  readonly sound: boolean;
}

/** The entries of a bitmap's table that lie in the file. */
function* entriesOf(
  { file, header }: ImageTables,
  { tableOffset, tableSize }: BitmapEntry,
): Iterable<TableEntry> {
  const there = Math.max(0, Math.min(tableSize * 8, file.size - tableOffset)) & ~7;
  const bytes = new Uint8Array(there);
  if (there > 0) readPadded(file, tableOffset, bytes);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < there; at += 8) {
    const high = view.getUint32(at);
    const low = view.getUint32(at + 4);
    const offset = (high & 0x00ffffff) * 2 ** 32 + ((low & 0xfffffe00) >>> 0);
    // Bit 0 tells what all marks are where there is no cluster of them.
    const reserved = offset === 0 ? 0x1fe : 0x1ff;
    const free = (high & 0xff000000) === 0 && (low & reserved) === 0;
    const sound = free && offset % header.clusterSize === 0;
    yield { at: tableOffset + at, offset, sound };
  }
}

/** Marks the bitmap directory, each bitmap's table and its data (specification, "Bitmaps"). */
export function markBitmaps(image: ImageTables, references: References, findings: Findings): void {
  const { place, entries } = image.bitmaps;
  if (place) references.mark(place.offset, place.length, 1);
  for (const bitmap of entries) {
    references.mark(bitmap.tableOffset, bitmap.tableSize * 8, 1);
    for (const { at, offset, sound } of entriesOf(image, bitmap)) {
      if (!sound) findings.add("corruption", at, "bitmap-entry-damaged");
      else if (offset !== 0) references.mark(offset, image.header.clusterSize, 1);
    }
  }
}

/** The bitmaps whose tables and data lie in the file, and of whose tables every entry is sound. */
export function soundBitmaps(image: ImageTables): BitmapEntry[] {
  const { file, header, bitmaps } = image;
  const end = Math.ceil(file.size / header.clusterSize) * header.clusterSize;
  return bitmaps.entries.filter((bitmap) => {
    if (bitmap.tableOffset + bitmap.tableSize * 8 > end) return false;
    for (const { offset, sound } of entriesOf(image, bitmap))
      if (!sound || offset + header.clusterSize > end) return false;
    return true;
  });
}

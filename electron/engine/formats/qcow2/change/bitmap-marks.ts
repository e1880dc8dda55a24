import { ImageError } from "../../../errors";
import type { BitmapEntry } from "../bitmap-entries";
import { requireTable } from "../tables";
import type { ImageTables } from "./image";
import { offsetIn } from "./table-entry";
import type { Transaction } from "./transaction";

/** Bytes of the disk that a bitmap marks. */
interface Marked {
  readonly at: number;
  readonly length: number;
}

/** A bitmap's table (specification, "Bitmap table"): an entry for every cluster of marks. */
function readTable(image: ImageTables, { tableOffset: offset, tableSize }: BitmapEntry): DataView {
  const { file, header } = image;
  const table = new DataView(new ArrayBuffer(tableSize * 8));
  if (tableSize === 0) return table;
  const place = { name: "bitmap table", offset, length: tableSize * 8 };
  requireTable(file, header, { ...place, saidAt: header.headerLength });
  file.read(offset, new Uint8Array(table.buffer));
  return table;
}

/**
 * The cluster of marks that the entry at byte `at` of the table stands for: stored, or all of them 0
 * or 1. The caller may change it.
 */
function readMarks({ file, header }: ImageTables, table: DataView, at: number): Uint8Array {
  const { clusterSize } = header;
  const marks = new Uint8Array(clusterSize);
  const offset = offsetIn(table, at);
  if (offset === 0) return marks.fill((table.getUint8(at + 7) & 1) === 1 ? 0xff : 0);
  const place = { name: "bitmap data", offset, length: clusterSize };
  requireTable(file, header, { ...place, saidAt: header.headerLength });
  file.read(offset, marks);
  return marks;
}

/**
 * What a bitmap marks, in ascending order and within the disk; one cluster of marks is read at a time.
 * @throws ImageError `invalid-table`, `truncated`, `io`.
 */
export function* markedRanges(image: ImageTables, entry: BitmapEntry): Generator<Marked> {
  const { size, clusterSize } = image.header;
  const { granularity } = entry;
  const table = readTable(image, entry);
  const perCluster = clusterSize * 8;
  const range = (first: number, end: number): Marked => ({
    at: first * granularity,
    length: Math.min(end * granularity, size) - first * granularity,
  });
  for (let index = 0; index < entry.tableSize; index++) {
    const at = index * 8;
    if (offsetIn(table, at) === 0 && (table.getUint8(at + 7) & 1) === 0) continue;
    const marks = readMarks(image, table, at);
    const base = index * perCluster;
    const bits = Math.min(perCluster, Math.ceil(size / granularity) - base);
    for (let bit = 0; bit < bits;) {
      const first = nextBit(marks, bit, bits, true);
      bit = nextBit(marks, first, bits, false);
      if (first < bits) yield range(base + first, base + bit);
    }
  }
}

/** The first bit from `from` on that is set, or is not; `end` when there is none. */
function nextBit(marks: Uint8Array, from: number, end: number, set: boolean): number {
  const boring = set ? 0 : 0xff;
  let bit = from;
  while (bit < end) {
    const byte = marks[bit >>> 3] ?? 0;
    if ((bit & 7) === 0 && byte === boring) bit += 8;
    else if (((byte >>> (bit & 7)) & 1) === (set ? 1 : 0)) return bit;
    else bit += 1;
  }
  return end;
}

/**
 * Writes a bitmap's table anew, and those clusters of its marks that get more of them; the old ones
 * are given back. The answer is the byte offset of the new table.
 * @param ranges In ascending order and within the disk.
 * @throws ImageError as `markedRanges`.
 */
export function mergeMarks(
  change: Transaction,
  image: ImageTables,
  entry: BitmapEntry,
  ranges: Iterable<Marked>,
): number {
  const { clusterSize, size } = image.header;
  const { granularity, tableOffset, tableSize } = entry;
  const needed = Math.ceil(Math.ceil(size / granularity) / 8 / clusterSize);
  if (tableSize < needed) throw tooShort(image, entry, needed);
  if (tableSize === 0) return tableOffset;
  const table = readTable(image, entry);
  const perCluster = clusterSize * 8;
  let held = -1;
  let marks: Uint8Array = new Uint8Array();
  const put = (): void => {
    if (held < 0) return;
    const old = offsetIn(table, held * 8);
    if (old !== 0) change.add(old, -1);
    const place = change.allocate(1);
    change.write(place, marks);
    table.setBigUint64(held * 8, BigInt(place));
  };
  for (const { at, length } of ranges) {
    const end = Math.ceil((at + length) / granularity);
    for (let bit = Math.floor(at / granularity); bit < end;) {
      const index = Math.floor(bit / perCluster);
      if (index !== held) {
        put();
        held = index;
        marks = readMarks(image, table, index * 8);
      }
      const stop = Math.min(end, (index + 1) * perCluster);
      setBits(marks, bit - index * perCluster, stop - index * perCluster);
      bit = stop;
    }
  }
  put();
  change.addRange(tableOffset, tableSize * 8, -1);
  const clusters = Math.ceil((tableSize * 8) / clusterSize);
  const place = change.allocate(clusters);
  const bytes = new Uint8Array(clusters * clusterSize);
  bytes.set(new Uint8Array(table.buffer));
  change.write(place, bytes);
  return place;
}

function tooShort({ file }: ImageTables, entry: BitmapEntry, needed: number): ImageError {
  return new ImageError(
    "invalid-table",
    `${file.name}: the table of "${entry.name}" is too short`,
    {
      file: file.name,
      at: entry.tableOffset,
      expected: `at least ${needed} entries`,
      found: entry.tableSize,
    },
  );
}

/** Sets the bits from `from` to before `end`. */
function setBits(marks: Uint8Array, from: number, end: number): void {
  for (let bit = from; bit < end;) {
    const at = bit >>> 3;
    const whole = (bit & 7) === 0 && bit + 8 <= end;
    marks[at] = whole ? 0xff : (marks[at] ?? 0) | (1 << (bit & 7));
    bit += whole ? 8 : 1;
  }
}

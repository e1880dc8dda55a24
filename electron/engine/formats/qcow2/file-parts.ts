import type { FilePart } from "../../../../shared/model/bytes";
import { fields } from "../../codec/fields";
import type { ByteSource } from "../../io/source";
import { readTablesThere, type ImageTables, type L1Place } from "./change/image";
import { decodeCounts, newCounts } from "./change/refcount-block";
import { snapshotTableLength } from "./change/snapshot-table";
import { headerFieldParts } from "./header-field-parts";

/** Table entries that are looked at to name one stretch: an honest image has far fewer. */
const mostEntries = 2 ** 22;

/** A table entry's offset, and which entry it is. */
interface Pointed {
  readonly offset: number;
  readonly index: number;
}

/**
 * What the bytes [at, at + length) of an image file are for, in order; clusters that no table but a
 * refcount tells of are "used" (guest data, mostly) or "free". Reads L1 and refcount tables only.
 * @throws ImageError as `readTablesThere`, and `truncated` where a table lies behind the file's end.
 */
export function fileParts(source: ByteSource, at: number, length: number): FilePart[] {
  const image = readTablesThere(source);
  const { clusterSize } = image.header;
  const end = at + length;
  const touches = (part: FilePart): boolean => part.at < end && part.at + part.length > at;
  const first = Math.floor(at / clusterSize);
  const last = Math.floor((end - 1) / clusterSize);
  const parts = tableParts(image, first, last).filter(touches);
  const named = new Set<number>();
  for (const part of parts)
    for (
      let cluster = Math.max(first, Math.floor(part.at / clusterSize));
      cluster <= last && cluster * clusterSize < part.at + part.length;
      cluster += 1
    )
      named.add(cluster);
  if (first === 0) parts.push(...headerFieldParts(source, image).filter(touches));
  const used = createUsedTest(image);
  for (let cluster = Math.max(1, first); cluster <= last; cluster += 1) {
    if (named.has(cluster)) continue;
    const kind = used(cluster) ? "used" : "free";
    const before = parts.at(-1);
    const from = cluster * clusterSize;
    if (before?.kind === kind && before.at + before.length === from) before.length += clusterSize;
    else parts.push({ at: from, length: clusterSize, kind });
  }
  return parts.sort((a, b) => a.at - b.at);
}

/** The tables that the header leads to, with the L2 tables and refcount blocks among these clusters. */
function tableParts(image: ImageTables, first: number, last: number): FilePart[] {
  const { file, header, snapshots, extensions } = image;
  const { clusterSize, refcountTableOffset, refcountTableClusters } = header;
  const from = first * clusterSize;
  const to = (last + 1) * clusterSize;
  const parts: FilePart[] = [];
  const l2Tables = new Set<number>();
  let left = mostEntries;

  function* pointedFrom(at: number, entries: number): Iterable<Pointed> {
    if (entries > left) return;
    left -= entries;
    const bytes = new Uint8Array(Math.max(0, Math.min(entries * 8, file.size - at)) & ~7);
    file.read(at, bytes);
    const view = new DataView(bytes.buffer);
    for (let index = 0; index * 8 < bytes.length; index += 1) {
      // Flags and reserved bits stand around the offset.
      const high = view.getUint32(index * 8) & 0x00ffffff;
      const offset = high * 2 ** 32 + ((view.getUint32(index * 8 + 4) & ~0x1ff) >>> 0);
      if (offset >= from && offset < to && offset > 0) yield { offset, index };
    }
  }

  function addTree(place: L1Place, kind: "l1Table" | "snapshotL1Table", name?: string): void {
    const { l1Size, l1TableOffset } = place;
    if (l1Size === 0) return;
    const of = name === undefined ? {} : { name };
    parts.push({ at: l1TableOffset, length: l1Size * 8, kind, ...of, entrySize: 8 });
    for (const { offset, index } of pointedFrom(l1TableOffset, l1Size)) {
      // Snapshots share most L2 tables with the disk or one another: the first that is met names it.
      if (l2Tables.has(offset)) continue;
      l2Tables.add(offset);
      parts.push({
        at: offset,
        length: clusterSize,
        kind: "l2Table",
        ...of,
        entrySize: image.l2EntrySize,
        guestAt: index * image.l2Entries * clusterSize,
      });
    }
  }

  addTree(header, "l1Table");
  for (const snapshot of snapshots) addTree(snapshot, "snapshotL1Table", snapshot.name);
  if (snapshots.length > 0)
    parts.push({
      at: header.snapshotsOffset,
      length: snapshotTableLength(snapshots),
      kind: "snapshotTable",
    });
  const entries = (refcountTableClusters * clusterSize) / 8;
  parts.push({
    at: refcountTableOffset,
    length: entries * 8,
    kind: "refcountTable",
    entrySize: 8,
  });
  const blocks = Array.from(pointedFrom(refcountTableOffset, entries), ({ offset }) => offset);
  for (const offset of new Set(blocks))
    parts.push({ at: offset, length: clusterSize, kind: "refcountBlock" });
  const { encryptionHeader } = extensions;
  if (encryptionHeader)
    parts.push({
      at: encryptionHeader.offset,
      length: encryptionHeader.length,
      kind: "encryptionHeader",
    });
  const { place: directory } = image.bitmaps;
  if (directory)
    parts.push({ at: directory.offset, length: directory.length, kind: "bitmapDirectory" });
  return parts;
}

/** Whether a cluster's refcount is not 0; each refcount block is read once. */
function createUsedTest({ file, header }: ImageTables): (cluster: number) => boolean {
  const { clusterSize, refcountOrder, refcountTableOffset, refcountTableClusters } = header;
  const bits = 2 ** refcountOrder;
  const perBlock = (clusterSize * 8) / bits;
  const blocks = new Map<number, ReturnType<typeof newCounts> | undefined>();

  function readBlock(index: number): ReturnType<typeof newCounts> | undefined {
    if (index * 8 >= refcountTableClusters * clusterSize) return undefined;
    const entry = new Uint8Array(8);
    file.read(refcountTableOffset + index * 8, entry);
    const word = fields(entry, { order: "big", file: file.name }).bits64(0);
    const offset = Number(word & ~0x1ffn & 0x00ff_ffff_ffff_ffffn);
    if (offset === 0 || offset + clusterSize > file.size) return undefined;
    const bytes = new Uint8Array(clusterSize);
    file.read(offset, bytes);
    const counts = newCounts(perBlock, bits);
    decodeCounts(bytes, bits, counts, 0);
    return counts;
  }

  return (cluster) => {
    const index = Math.floor(cluster / perBlock);
    if (!blocks.has(index)) blocks.set(index, readBlock(index));
    return (blocks.get(index)?.[cluster % perBlock] ?? 0) > 0;
  };
}

import { putFields } from "../../../codec/fields";
import { ImageError } from "../../../errors";
import type { ByteSource, ByteTarget } from "../../../io/source";
import { checkQcow2, surveyImage } from "../check/survey";
import { compressedPlace } from "../compressed";
import { hasDataFile } from "../header";
import { putHeaderFields, sectorSize } from "./header-fields";
import { readImageTables, readL1, readL2, type ImageTables } from "./image";
import { allCounted } from "./cluster-counts";
import { newCounts } from "./refcount-block";
import { rebuildRefcounts } from "./refcount-store";
import { snapshotTableOf } from "./snapshot-table";
import { moveL1, refuseBitmaps } from "./snapshots";
import { squeezedPlaces, type SqueezedPlaces } from "./squeezed-places";
import { compressedBit, offsetIn } from "./table-entry";
import { changeImage } from "./transaction";
import { settleCopied } from "./tree";

/** Bytes that are copied at once. */
const step = 1024 * 1024;

/** Who counts what was copied, in bytes, and may stop it. */
export interface SqueezeWatch {
  setTotal(bytes: number): void;
  addDone(bytes: number): void;
  /** @throws to stop. */
  throwIfCancelled(): void;
}

/** Clusters that a squeezed image keeps, in bytes, its refcounts left off. @throws ImageError as `squeeze`. */
export function squeezedLength(source: ByteSource): number {
  const { places, image } = planSqueeze(source);
  return places.used * image.header.clusterSize;
}

/**
 * Writes an image anew without the clusters that nobody uses: all others keep their order and their
 * bytes, so that what lies side by side (compressed data, tables) still does. Disk, snapshots and what
 * they share stay as they are; leaks are gone. The refcounts come last.
 * @param target Empty.
 * @throws ImageError `unsupported` for a damaged or LUKS-encrypted image, one with bitmaps, and one
 *   with an external data file; `limit`, `truncated`, `io`.
 */
export function squeeze(source: ByteSource, target: ByteTarget, watch: SqueezeWatch): void {
  const { image, places, leaks } = planSqueeze(source);
  const { header } = image;
  const { clusterSize } = header;
  watch.setTotal(places.used * clusterSize);
  copyUsed(source, target, clusterSize, places, watch);
  // Behind the copy: a table that was copied as it is, is written over.
  for (const at of l2TablesOf(image)) {
    watch.throwIfCancelled();
    target.write(places.of(at), movedL2(image, at, places));
  }
  for (const place of [header, ...image.snapshots]) {
    const l1 = readL1(image, place);
    for (let at = 0; at < l1.byteLength; at += 8) moveEntry(l1, at, places);
    if (l1.byteLength > 0) target.write(places.of(place.l1TableOffset), new Uint8Array(l1.buffer));
  }
  const entries = image.snapshots.map(({ bytes, l1TableOffset }) => {
    const entry = bytes.slice();
    putFields(entry, "big").u64(0, places.of(l1TableOffset));
    return entry;
  });
  const snapshotsOffset = entries.length === 0 ? 0 : places.of(header.snapshotsOffset);
  if (entries.length > 0) target.write(snapshotsOffset, snapshotTableOf(source, entries));
  const sector = new Uint8Array(sectorSize);
  source.read(0, sector);
  const l1TableOffset = header.l1Size === 0 ? 0 : places.of(header.l1TableOffset);
  putHeaderFields(sector, header, { l1TableOffset, snapshotsOffset });
  target.write(0, sector);
  if (target.size < places.used * clusterSize) target.truncate(places.used * clusterSize);
  countAnew(target, places, leaks > 0);
  const { corruptions, checkErrors, leaks: left } = checkQcow2(target);
  if (corruptions + checkErrors + left > 0)
    throw new Error("The image that was written anew is not sound; the old one stays.");
}

function planSqueeze(source: ByteSource): {
  image: ImageTables;
  places: SqueezedPlaces;
  leaks: number;
} {
  const { image, result, uses } = surveyImage(source, { keepUses: true });
  const { header } = image;
  const refused =
    result.corruptions > 0 || result.checkErrors > 0 || result.corrupt || result.dirty
      ? "is damaged: check and repair it first"
      : header.cryptMethod === 2
        ? "is encrypted by where its clusters lie: they cannot be moved"
        : hasDataFile(header)
          ? "keeps its data in an external file"
          : undefined;
  if (refused !== undefined)
    throw new ImageError("unsupported", `${source.name} ${refused}`, { file: source.name });
  refuseBitmaps(image, "its clusters moved");
  const places = squeezedPlaces(uses, header.clusterSize);
  return { image, places, leaks: result.leaks };
}

/** Copies the stretches of used clusters; what the host does not store stays a hole. */
function copyUsed(
  source: ByteSource,
  target: ByteTarget,
  clusterSize: number,
  places: SqueezedPlaces,
  watch: SqueezeWatch,
): void {
  const buffer = new Uint8Array(step);
  for (const { first, count } of places.stretches()) {
    const begin = first * clusterSize;
    const end = Math.min(source.size, begin + count * clusterSize);
    const to = places.of(begin);
    for (let at = begin; at < end;) {
      watch.throwIfCancelled();
      const most = Math.min(step, end - at);
      const { length, hole } = source.hostRun?.(at, most) ?? { length: most, hole: false };
      if (!hole) {
        const bytes = buffer.subarray(0, length);
        source.read(at, bytes);
        target.write(to + at - begin, bytes);
      }
      watch.addDone(length);
      at += length;
    }
  }
}

/** Offsets of all L2 tables, each once. */
function l2TablesOf(image: ImageTables): Set<number> {
  const tables = new Set<number>();
  for (const place of [image.header, ...image.snapshots]) {
    const l1 = readL1(image, place);
    for (let at = 0; at < l1.byteLength; at += 8) {
      const offset = offsetIn(l1, at);
      if (offset !== 0) tables.add(offset);
    }
  }
  return tables;
}

/** An L2 table whose entries point to where the clusters are then. */
function movedL2(image: ImageTables, offset: number, places: SqueezedPlaces): Uint8Array {
  const { header, l2EntrySize } = image;
  const table = readL2(image, offset);
  for (let at = 0; at < table.byteLength; at += l2EntrySize) {
    const high = table.getUint32(at);
    if ((high & compressedBit) === 0) {
      moveEntry(table, at, places);
      continue;
    }
    const { at: from } = compressedPlace(high, table.getUint32(at + 4), header.clusterBits);
    // Its place takes the lowest bits of the entry; a count of sectors lies above.
    const word = table.getBigUint64(at) + BigInt(places.of(from) - from);
    table.setBigUint64(at, word);
  }
  return new Uint8Array(table.buffer);
}

/** Points an entry to where its cluster is then; its flags stay. */
function moveEntry(table: DataView, at: number, places: SqueezedPlaces): void {
  const offset = offsetIn(table, at);
  if (offset === 0) return;
  const moved = places.of(offset);
  table.setBigUint64(at, table.getBigUint64(at) + BigInt(moved - offset));
}

/** Writes refcounts; where a cluster had too high a one, its COPIED flag is set by the new one. */
function countAnew(target: ByteTarget, places: SqueezedPlaces, settle: boolean): void {
  const image = { ...readImageTables(target), file: target };
  const { header } = image;
  const counts = newCounts(places.used, 2 ** header.refcountOrder);
  counts.set(places.counts());
  const rebuilt = rebuildRefcounts(target, header, allCounted(counts));
  const options = { rebuilt, from: places.used };
  changeImage(
    target,
    header,
    (change) => {
      if (!settle) return { fields: {} };
      const l1 = readL1(image, header);
      settleCopied(change, image, l1);
      return { fields: moveL1(change, image, l1) };
    },
    options,
  );
}

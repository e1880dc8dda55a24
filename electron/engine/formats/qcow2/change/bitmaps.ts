import { ImageError } from "../../../errors";
import type { ByteSource, ByteTarget } from "../../../io/source";
import { autoFlag, bitmapLimits, inUseFlag, type BitmapEntry } from "../bitmap-entries";
import { autoclear } from "../features";
import {
  bitmapNamed,
  editedEntry,
  newBitmapEntry,
  releaseBitmap,
  storeDirectory,
} from "./bitmap-directory";
import { markedRanges, mergeMarks } from "./bitmap-marks";
import { backingOf, rewriteFirstCluster } from "./first-cluster";
import { openForEdit, readTablesThere, type ChangeableImage } from "./image";
import type { Transaction } from "./transaction";

/** A bitmap that is to be added. */
export interface NewBitmap {
  readonly name: string;
  /** Bytes of the disk that one bit stands for: a power of two from 512 to 2^31. */
  readonly granularity: number;
  readonly enabled: boolean;
}

/**
 * Adds a bitmap in which nothing is marked.
 * @throws ImageError `invalid-argument` for its name or granularity, too fine a one of a large disk among
 *   them, `unsupported` in version 2, and as `openForEdit`.
 */
export function addBitmap(file: ByteTarget, { name, granularity, enabled }: NewBitmap): void {
  const granularityBits = Math.log2(granularity);
  const { leastBits, mostBits } = bitmapLimits;
  const nameBytes = new TextEncoder().encode(name);
  if (
    !Number.isInteger(granularityBits) ||
    granularityBits < leastBits ||
    granularityBits > mostBits
  )
    throw invalid(`A bitmap's granularity cannot be ${granularity} bytes`);
  if (nameBytes.length < 1 || nameBytes.length > bitmapLimits.name)
    throw invalid(`A bitmap's name takes 1 to ${bitmapLimits.name} bytes`);
  changeBitmaps(file, (change, image, entries) => {
    if (entries.some((entry) => entry.name === name))
      throw invalid(`${file.name} has a bitmap "${name}" already`);
    if (entries.length >= bitmapLimits.bitmaps)
      throw invalid(`${file.name} can have no more bitmaps`);
    const { clusterSize, size } = image.header;
    // qemu opens no image that has a bitmap of nothing.
    if (size === 0) throw invalid(`${file.name} has an empty disk: there is nothing to mark`);
    const tableSize = Math.ceil(Math.ceil(size / granularity) / 8 / clusterSize);
    if (tableSize * clusterSize > bitmapLimits.data) {
      throw invalid(
        `Can't make bitmap '${name}' persistent in '${file.name}': Too much space will be ` +
          "occupied by the bitmap. Use larger granularity",
      );
    }
    const tableOffset = emptyTable(change, clusterSize, tableSize);
    const flags = enabled ? autoFlag : 0;
    const added = newBitmapEntry(nameBytes, granularityBits, { tableOffset, tableSize, flags });
    return [...entries.map(({ bytes }) => bytes), added];
  });
}

/** Removes a bitmap, one that was not saved in order, too. @throws ImageError as `changeBitmap`. */
export function removeBitmap(file: ByteTarget, name: string): void {
  changeBitmaps(file, (change, image, entries) => {
    const removed = bitmapNamed(file.name, entries, name);
    releaseBitmap(change, image, removed);
    return entries.filter((entry) => entry !== removed).map(({ bytes }) => bytes);
  });
}

/** Takes every mark of a bitmap away. @throws ImageError as `changeBitmap`. */
export function clearBitmap(file: ByteTarget, name: string): void {
  changeBitmap(file, name, (entry, change, image) => {
    releaseBitmap(change, image, entry);
    const tableOffset = emptyTable(change, image.header.clusterSize, entry.tableSize);
    return editedEntry(entry, { tableOffset });
  });
}

/** Lets a bitmap record writes, or no longer. @throws ImageError as `changeBitmap`. */
export function enableBitmap(file: ByteTarget, name: string, enabled: boolean): void {
  changeBitmap(file, name, (entry) =>
    editedEntry(entry, { flags: enabled ? entry.flags | autoFlag : entry.flags & ~autoFlag }),
  );
}

/**
 * Marks in a bitmap all that another one marks, of this image or of another with a disk of the same
 * size; the granularities may differ.
 * @param source The image with the other bitmap.
 * @throws ImageError as `changeBitmap`; the same for the other bitmap.
 */
export function mergeBitmap(
  file: ByteTarget,
  name: string,
  source: { readonly file: ByteSource; readonly name: string },
): void {
  changeBitmap(file, name, (entry, change, image) => {
    const other = readTablesThere(source.file);
    const from = bitmapNamed(source.file.name, other.bitmaps.entries, source.name);
    requireInOrder(source.file.name, from);
    const [size, otherSize] = [image.header.size, other.header.size];
    if (size !== otherSize) {
      throw invalid(
        `Bitmaps are of different sizes (destination size is ${size}, source size is ` +
          `${otherSize}) and can't be merged`,
      );
    }
    if (source.file === file && from.name === name) return entry.bytes;
    const tableOffset = mergeMarks(change, image, entry, markedRanges(other, from));
    return editedEntry(entry, { tableOffset });
  });
}

/** @throws ImageError `unsupported` for a bitmap that was not saved in order. */
function requireInOrder(file: string, { flags, name }: BitmapEntry): void {
  if ((flags & inUseFlag) === 0) return;
  throw new ImageError("unsupported", `${file}: "${name}" was not saved in order`, {
    file,
    hint: "It cannot be trusted any more: remove it.",
  });
}

/**
 * Changes one bitmap that was saved in order.
 * @throws ImageError `invalid-argument` when there is none of this name, `unsupported` for one that
 *   was not, `invalid-table`, and as `openForEdit`.
 */
function changeBitmap(
  file: ByteTarget,
  name: string,
  edit: (entry: BitmapEntry, change: Transaction, image: ChangeableImage) => Uint8Array,
): void {
  changeBitmaps(file, (change, image, entries) => {
    const edited = bitmapNamed(file.name, entries, name);
    requireInOrder(file.name, edited);
    return entries.map((entry) => (entry === edited ? edit(entry, change, image) : entry.bytes));
  });
}

/** Writes another directory in the place of the old one. */
function changeBitmaps(
  file: ByteTarget,
  edit: (
    change: Transaction,
    image: ChangeableImage,
    entries: readonly BitmapEntry[],
  ) => readonly Uint8Array[],
): void {
  const image = openForEdit(file);
  const { header, extensions } = image;
  const { version, autoclearFeatures } = header;
  if (version === 2) throw unsupported(file.name, "Version 2 has no bitmaps", "amend compat=1.1");
  const trusted = (autoclearFeatures & autoclear.bitmaps) !== 0n;
  if (extensions.bitmaps !== undefined && !trusted)
    throw unsupported(file.name, "Its bitmaps cannot be trusted", "convert the image");
  rewriteFirstCluster(image, { version, backing: backingOf(image) }, (change) =>
    storeDirectory(change, image, edit(change, image, image.bitmaps.entries)),
  );
}

/** The place of a bitmap table in which every entry says: all zeros. */
function emptyTable(change: Transaction, clusterSize: number, entries: number): number {
  if (entries === 0) return 0;
  const clusters = Math.ceil((entries * 8) / clusterSize);
  const at = change.allocate(clusters);
  change.write(at, new Uint8Array(clusters * clusterSize));
  return at;
}

const invalid = (message: string): ImageError => new ImageError("invalid-argument", message);

const unsupported = (file: string, message: string, mend: string): ImageError =>
  new ImageError("unsupported", `${file}: ${message}`, { file, hint: `First ${mend}.` });

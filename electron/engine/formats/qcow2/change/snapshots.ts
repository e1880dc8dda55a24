import { ImageError } from "../../../errors";
import type { ByteSource, ByteTarget } from "../../../io/source";
import { autoclear } from "../features";
import { hasDataFile } from "../header";
import { openForEdit, readL1, type ChangeableImage, type ImageTables } from "./image";
import {
  newEntry,
  renamedEntry,
  snapshotTableLength,
  snapshotTableOf,
  type NewSnapshot,
  type SnapshotEntry,
} from "./snapshot-table";
import type { HeaderFields } from "./header-fields";
import { changeImage, type Transaction } from "./transaction";
import { addUses, settleCopied } from "./tree";

/**
 * Takes a snapshot of the disk as it is; the answer is the new snapshot's ID. Names may repeat.
 * @throws ImageError `unsupported` (dirty, corrupt, or with a data file), `limit` (refcounts too
 *   narrow, too many snapshots), `invalid-argument` for the name, `invalid-table`, `io`.
 */
export function createSnapshot(file: ByteTarget, snapshot: NewSnapshot): string {
  const image = openForEdit(file);
  refuseDataFile(image);
  const { header, snapshots } = image;
  const id = nextId(snapshots);
  changeImage(file, header, (change) => {
    const l1 = readL1(image, header);
    addUses(change, image, l1, 1);
    const twin = new DataView(l1.buffer.slice(0));
    // Flags in a snapshot's L1 table mean nothing; they are left out.
    for (let i = 0; i < twin.byteLength; i += 8) twin.setUint8(i, twin.getUint8(i) & 0x7f);
    settleCopied(change, image, l1, { twin });
    const { l1Size, size } = header;
    const entry = newEntry(snapshot, id, {
      l1TableOffset: place(change, image, twin),
      l1Size,
      size,
    });
    const entries = [...snapshots.map(({ bytes }) => bytes), entry];
    return {
      fields: { ...moveL1(change, image, l1), ...moveSnapshots(change, image, entries) },
    };
  });
  return id;
}

/**
 * Makes the disk what it was when snapshot `index` of the table was taken, its size included; what
 * the disk is now is lost. The snapshot stays.
 * @throws ImageError as `createSnapshot`; `unsupported` where bitmaps keep track of the disk,
 *   `invalid-argument` when there is no such snapshot.
 */
export function applySnapshot(file: ByteTarget, index: number): void {
  const image = openForEdit(file);
  refuseDataFile(image);
  refuseBitmaps(image, "a snapshot applied");
  const { header } = image;
  const snapshot = snapshotAt(image, index);
  const { diskSize: size = header.size } = snapshot;
  changeImage(file, header, (change) => {
    const saved = readL1(image, snapshot);
    const perEntry = image.l2Entries * header.clusterSize;
    const l1Size = Math.max(snapshot.l1Size, Math.ceil(size / perEntry));
    const l1 = new DataView(new ArrayBuffer(l1Size * 8));
    new Uint8Array(l1.buffer).set(new Uint8Array(saved.buffer));
    addUses(change, image, l1, 1);
    addUses(change, image, readL1(image, header), -1);
    settleCopied(change, image, l1);
    return { fields: { size, ...moveL1(change, image, l1) } };
  });
}

/**
 * Deletes the snapshots with these places in the table, all in one change.
 * @throws ImageError as `createSnapshot`, `invalid-argument` when there is no such snapshot.
 */
export function deleteSnapshots(file: ByteTarget, indices: readonly number[]): void {
  deleteFrom(openForEdit(file), indices, false);
}

/**
 * Bytes that `deleteSnapshots` of these gives back: the clusters that nobody else uses, saved machine
 * state and their own tables among them. Below 0 when the refcounts' own clusters become more.
 * @throws ImageError as `deleteSnapshots`.
 */
export function freedBySnapshots(source: ByteSource, indices: readonly number[]): number {
  const image = openForEdit(onlyRead(source));
  return -deleteFrom(image, indices, true) * image.header.clusterSize;
}

/** A target that a dry change can have. */
function onlyRead(source: ByteSource): ByteTarget {
  const refuse = (): never => {
    throw new ImageError("io", `${source.name} is only read`, { file: source.name });
  };
  return { ...source, write: refuse, truncate: refuse, flush: refuse };
}

/** Deletes snapshots, or only foretells it; the answer is that of `changeImage`. */
function deleteFrom(image: ChangeableImage, indices: readonly number[], dry: boolean): number {
  const { file, header, snapshots } = image;
  const deleted = new Set(indices.map((index) => snapshotAt(image, index)));
  if (deleted.size === 0) return 0;
  return changeImage(
    file,
    header,
    (change) => {
      for (const snapshot of deleted) {
        addUses(change, image, readL1(image, snapshot), -1);
        change.addRange(snapshot.l1TableOffset, snapshot.l1Size * 8, -1);
      }
      const l1 = readL1(image, header);
      settleCopied(change, image, l1);
      const left = snapshots.filter((snapshot) => !deleted.has(snapshot));
      const entries = left.map(({ bytes }) => bytes);
      return { fields: { ...moveL1(change, image, l1), ...moveSnapshots(change, image, entries) } };
    },
    { dry },
  );
}

/**
 * Gives the snapshot with this place in the table another name.
 * @throws ImageError as `deleteSnapshots`, `invalid-argument` for the name.
 */
export function renameSnapshot(file: ByteTarget, index: number, name: string): void {
  const image = openForEdit(file);
  const renamed = snapshotAt(image, index);
  const entries = image.snapshots.map((snapshot) =>
    snapshot === renamed ? renamedEntry(snapshot, name) : snapshot.bytes,
  );
  changeImage(file, image.header, (change) => ({
    fields: moveSnapshots(change, image, entries),
  }));
}

/** The snapshot with place `index` in the table. @throws ImageError `invalid-argument`. */
export function snapshotAt(
  { file, snapshots }: Pick<ImageTables, "file" | "snapshots">,
  index: number,
): SnapshotEntry {
  const snapshot = snapshots[index];
  if (snapshot !== undefined) return snapshot;
  throw new ImageError("invalid-argument", `${file.name} has no snapshot ${index}`, {
    file: file.name,
    expected: `0 to ${snapshots.length - 1}`,
    found: index,
  });
}

/** Writes a table to clusters of its own; its byte offset, 0 for one without entries. */
function place(change: Transaction, { header }: ChangeableImage, table: DataView): number {
  if (table.byteLength === 0) return 0;
  const { clusterSize } = header;
  const clusters = Math.ceil(table.byteLength / clusterSize);
  const at = change.allocate(clusters);
  const bytes = new Uint8Array(clusters * clusterSize);
  bytes.set(new Uint8Array(table.buffer, table.byteOffset, table.byteLength));
  change.write(at, bytes);
  return at;
}

/** Puts the new active L1 table in the place of the old one. */
export function moveL1(change: Transaction, image: ChangeableImage, l1: DataView): HeaderFields {
  const { l1Size, l1TableOffset } = image.header;
  change.addRange(l1TableOffset, l1Size * 8, -1);
  return { l1Size: l1.byteLength / 8, l1TableOffset: place(change, image, l1) };
}

function moveSnapshots(
  change: Transaction,
  image: ChangeableImage,
  entries: readonly Uint8Array[],
): HeaderFields {
  const { file, header, snapshots } = image;
  change.addRange(header.snapshotsOffset, snapshotTableLength(snapshots), -1);
  const table = snapshotTableOf(file, entries);
  const snapshotsOffset = place(change, image, new DataView(table.buffer));
  return { nbSnapshots: entries.length, snapshotsOffset };
}

/** One more than the highest ID that is a number, as qemu counts. */
function nextId(snapshots: readonly SnapshotEntry[]): string {
  const ids = snapshots.map(({ id }) => Number.parseInt(id, 10)).filter(Number.isSafeInteger);
  return String(Math.max(0, ...ids) + 1);
}

function refuseDataFile({ file, header }: ChangeableImage): void {
  if (!hasDataFile(header)) return;
  throw new ImageError(
    "unsupported",
    `${file.name} keeps its data in an external file and can have no internal snapshots`,
    { file: file.name },
  );
}

/** What changes the disk behind the bitmaps' back would make them lie. */
export function refuseBitmaps(
  { file, header, extensions }: Pick<ImageTables, "file" | "header" | "extensions">,
  what: string,
): void {
  if (extensions.bitmaps === undefined || (header.autoclearFeatures & autoclear.bitmaps) === 0n)
    return;
  throw new ImageError("unsupported", `${file.name} cannot have ${what}: it has bitmaps`, {
    file: file.name,
    hint: "Remove its bitmaps first.",
  });
}

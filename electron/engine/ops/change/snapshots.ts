import type { SnapshotFacts } from "../../../../shared/model/facts";
import type { NewSnapshot } from "../../formats/qcow2/change/snapshot-table";
import * as qcow2 from "../../formats/qcow2/change/snapshots";
import { readHeader } from "../../formats/qcow2/header";
import { readSnapshots } from "../../formats/qcow2/snapshots";
import { openFile } from "../../io/file";
import type { ByteSource } from "../../io/source";
import { openForChange } from "./open-for-change";

/** Reads from an image file that stays as it is. */
function reading<T>(path: string, read: (file: ByteSource) => T): T {
  const file = openFile(path);
  try {
    return read(file);
  } finally {
    file.close();
  }
}

/** The internal snapshots of a qcow2 image, in the table's order: their places there are what the others take. */
export const listSnapshots = (path: string): SnapshotFacts[] =>
  reading(path, (file) => readSnapshots(file, readHeader(file)).map(({ facts }) => facts));

/** Bytes that deleting these snapshots together would give back. @throws ImageError as `freedBySnapshots`. */
export const freedBy = (path: string, indices: readonly number[]): number =>
  reading(path, (file) => qcow2.freedBySnapshots(file, indices));

/** Takes a snapshot; the answer is its ID. @throws ImageError as qcow2's `createSnapshot`. */
export const createSnapshot = (path: string, snapshot: NewSnapshot): string =>
  openForChange(path, (file) => qcow2.createSnapshot(file, snapshot));

/** Makes the disk what it was at a snapshot. @throws ImageError as qcow2's `applySnapshot`. */
export const applySnapshot = (path: string, index: number): void =>
  openForChange(path, (file) => qcow2.applySnapshot(file, index));

/** Deletes snapshots, all in one change. @throws ImageError as qcow2's `deleteSnapshots`. */
export const deleteSnapshots = (path: string, indices: readonly number[]): void =>
  openForChange(path, (file) => qcow2.deleteSnapshots(file, indices));

/** Gives a snapshot another name. @throws ImageError as qcow2's `renameSnapshot`. */
export const renameSnapshot = (path: string, index: number, name: string): void =>
  openForChange(path, (file) => qcow2.renameSnapshot(file, index, name));

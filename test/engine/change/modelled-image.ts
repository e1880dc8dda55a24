import { readFileSync, rmSync } from "node:fs";
import { listSnapshots, openImage } from "../../../electron/engine";
import { expectBytes } from "../../helpers/bytes";
import { qemuImg, qemuIo } from "../../helpers/qemu-img";
import type { Random } from "../../helpers/seed";

/** A snapshot, and the disk as it was. */
interface KeptDisk {
  name: string;
  readonly disk: Uint8Array;
}

/**
 * What an image must read as, worked out in memory from what was done to it: neither Lamina nor
 * qemu-img is asked after the beginning.
 */
export interface Model {
  disk: Uint8Array;
  /** In the order of the image's snapshot table. */
  snapshots: KeptDisk[];
}

/** The disk, or that of a snapshot, as qemu-img reads it. */
function readByQemu(path: string, snapshot?: string): Uint8Array {
  const raw = `${path}.read`;
  const which = snapshot === undefined ? [] : ["-l", `snapshot.name=${snapshot}`];
  qemuImg(["convert", "-O", "raw", ...which, path, raw]);
  const bytes = new Uint8Array(readFileSync(raw));
  rmSync(raw);
  return bytes;
}

/** The disk, or that of the snapshot with this place in the table, as Lamina reads it. */
export function readByLamina(path: string, snapshot?: number): Uint8Array {
  const image = openImage({ path, grants: [], ...(snapshot !== undefined && { snapshot }) });
  try {
    const bytes = new Uint8Array(image.size);
    image.read(0, bytes);
    return bytes;
  } finally {
    image.close();
  }
}

/** The model that an image begins with: as qemu-img reads it. */
export function modelOf(path: string): Model {
  const snapshots = listSnapshots(path).map(({ name }) => ({ name, disk: readByQemu(path, name) }));
  return { disk: readByQemu(path), snapshots };
}

/** Fails unless Lamina reads the disk and every snapshot as the model has them. */
export function mustReadAs(path: string, { disk, snapshots }: Model): void {
  expectBytes(readByLamina(path), disk);
  expectNames(path, snapshots);
  for (const [index, kept] of snapshots.entries())
    expectBytes(readByLamina(path, index), kept.disk);
}

/** As `mustReadAs` for qemu-img, which reads a snapshot in the size that the disk has today. */
export function mustReadAsForQemu(path: string, { disk, snapshots }: Model): void {
  expectBytes(readByQemu(path), disk);
  for (const kept of snapshots) {
    const size = Math.min(disk.length, kept.disk.length);
    expectBytes(readByQemu(path, kept.name).subarray(0, size), kept.disk.subarray(0, size));
  }
}

function expectNames(path: string, snapshots: readonly KeptDisk[]): void {
  const found = listSnapshots(path).map(({ name }) => name);
  const expected = snapshots.map(({ name }) => name);
  if (found.join() !== expected.join())
    throw new Error(`The snapshots are ${found.join()}, not ${expected.join()}`);
}

/** Grows it by zeros, or cuts it off. */
export function resizeModel(model: Model, size: number): void {
  const disk = new Uint8Array(size);
  disk.set(model.disk.subarray(0, size));
  model.disk = disk;
}

/** Lets qemu write what a guest would, at random places, and the model, too; the answer is how. */
export function writeAsGuest(r: Random, path: string, model: Model, clusterSize: number): string {
  const disk = model.disk.slice();
  const commands = Array.from({ length: r.between(1, 6) }, () => {
    const kind = r.pick(["write", "write", "zero", "zero and unmap", "discard"] as const);
    // A discard of part of a cluster may do nothing.
    const grain = kind === "discard" ? clusterSize : r.pick([512, clusterSize]);
    const at = r.between(0, Math.ceil(disk.length / grain)) * grain;
    const length = Math.min(disk.length - at, r.between(1, 6) * grain);
    const pattern = kind === "write" ? r.between(1, 256) : 0;
    disk.fill(pattern, at, at + length);
    const command = {
      write: `write -P ${pattern}`,
      zero: "write -z",
      "zero and unmap": "write -z -u",
      discard: "discard",
    }[kind];
    return `${command} ${at} ${length}`;
  });
  qemuIo(path, "qcow2", commands);
  model.disk = disk;
  return commands.join(", ");
}

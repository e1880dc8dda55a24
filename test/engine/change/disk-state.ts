import { createHash } from "node:crypto";
import {
  readImageTables,
  readTablesThere,
} from "../../../electron/engine/formats/qcow2/change/image";
import { stackLayers } from "../../../electron/engine/image/disk-image";
import { memorySource } from "../../../electron/engine/io/memory";
import { openBytes } from "../formats/qcow2/handmade";

/** The bytes of the disk that an image without a base holds. */
export function guestBytes(bytes: Uint8Array): Uint8Array {
  const layer = openBytes(bytes);
  const disk = new Uint8Array(layer.size);
  stackLayers([layer]).read(0, disk);
  return disk;
}

/** The bytes of the disk when snapshot `index` was taken; `bytes` are themselves again afterwards. */
export function snapshotBytes(bytes: Uint8Array, index: number): Uint8Array {
  const { snapshots, header } = readTablesThere(memorySource(bytes));
  const { l1TableOffset, l1Size, diskSize = header.size } = snapshots[index]!;
  // The header is changed in place: thousands of images are looked at, and copies are megabytes.
  const fields = new Uint8Array(bytes.subarray(0, 48));
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  try {
    view.setBigUint64(24, BigInt(diskSize));
    view.setUint32(36, l1Size);
    view.setBigUint64(40, BigInt(l1TableOffset));
    return guestBytes(bytes);
  } finally {
    bytes.set(fields);
  }
}

const digest = (bytes: Uint8Array): string =>
  `${bytes.length} ${createHash("sha1").update(bytes).digest("hex")}`;

/** All that must be as before a change or as after it: the disk, and every snapshot's name and disk. */
export function stateOf(bytes: Uint8Array): string {
  const { snapshots } = readImageTables(memorySource(bytes));
  const disks = snapshots.map(
    ({ id, name }, i) => `${id} ${name} ${digest(snapshotBytes(bytes, i))}`,
  );
  return [digest(guestBytes(bytes)), ...disks].join("\n");
}

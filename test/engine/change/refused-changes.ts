import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { ImageErrorCode } from "../../../electron/engine/errors";
import { resizeQcow2 } from "../../../electron/engine/formats/qcow2/change/resize";
import * as snapshots from "../../../electron/engine/formats/qcow2/change/snapshots";
import type { ByteTarget } from "../../../electron/engine/io/source";
import { commitImage } from "../../../electron/engine/ops/change/commit";
import { punchZeros } from "../../../electron/engine/ops/change/punch";
import { rebaseImage } from "../../../electron/engine/ops/change/rebase";
import { qemuImg } from "../../helpers/qemu-img";
import { tempFolder } from "../../helpers/temp-folder";
import { imageErrorOf } from "../formats/qcow2/handmade";

/** What changes a qcow2 image with two snapshots where it is: its snapshots and its size. */
export const changesInPlace: readonly ((target: ByteTarget) => unknown)[] = [
  (target) =>
    snapshots.createSnapshot(target, { name: "three", dateSeconds: 0, dateNanoseconds: 0 }),
  (target) => snapshots.applySnapshot(target, 0),
  (target) => snapshots.deleteSnapshots(target, [0]),
  (target) => snapshots.renameSnapshot(target, 0, "x"),
  (target) =>
    resizeQcow2(target, 2 ** 23, {
      shrink: false,
      preallocation: "off",
      baseSize: 0,
      read: () => undefined,
    }),
];

/**
 * Lets a copy of `sound` stand on a base, damages it, and holds that commit, rebase and punch are
 * refused with this code and leave both files as they were. The answer is the damaged image's path.
 */
export function mustLeaveChainAlone(
  sound: Buffer,
  size: string,
  damage: (bytes: Buffer) => void,
  code: ImageErrorCode,
): string {
  const folder = tempFolder();
  const path = join(folder, "a.qcow2");
  const base = join(folder, "base.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", base, size]);
  writeFileSync(path, sound);
  qemuImg(["rebase", "-u", "-F", "qcow2", "-b", "base.qcow2", path]);
  const bytes = readFileSync(path);
  damage(bytes);
  writeFileSync(path, bytes);
  const before = readFileSync(base);
  const request = { path, grants: [] };
  const changes = [
    () => commitImage(request, { force: true }),
    () => rebaseImage(request, { base: undefined, force: true }),
    () => punchZeros(request),
  ];
  for (const change of changes) expect(imageErrorOf(change)).toMatchObject({ code });
  expect(readFileSync(path).equals(bytes)).toBe(true);
  expect(readFileSync(base).equals(before)).toBe(true);
  return path;
}

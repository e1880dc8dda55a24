import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import type { CheckFindingId } from "../../../shared/model/check";
import { openImage, openTopLayer } from "../../../electron/engine";
import { repairQcow2 } from "../../../electron/engine/formats/qcow2/check/repair";
import { checkQcow2 } from "../../../electron/engine/formats/qcow2/check/survey";
import { memorySource } from "../../../electron/engine/io/memory";
import { compactImage } from "../../../electron/engine/ops/change/compact";
import { expectBytes } from "../../helpers/bytes";
import { describeWithQemu, mustBeIdentical, qemuImg, qemuIo } from "../../helpers/qemu-img";
import { random, runSeed } from "../../helpers/seed";
import { newFolder, removeFolder, tempFolder } from "../../helpers/temp-folder";
import { imageErrorOf, openBytes } from "../formats/qcow2/handmade";
import { guestBytes, snapshotBytes } from "./disk-state";
import { mustBeSound, oracleCheck } from "./oracle-check";
import { bytesOf, crashes, recordingTarget, replay } from "./recording";
import { changesInPlace, mustLeaveChainAlone } from "./refused-changes";

/** An image with snapshots "one" and "two", whose table is the last of its file. */
let sound: Buffer;
let table: number;
/** Bytes of the entry of "one". */
const entryLength = 40 + 24 + 1 + 3 + 4;

beforeAll(() => {
  const folder = newFolder();
  const path = join(folder, "a.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", path, "1M"]);
  qemuIo(path, "qcow2", ["write -P 1 0 300k"]);
  qemuImg(["snapshot", "-c", "one", path]);
  qemuIo(path, "qcow2", ["write -P 2 0 100k", "write -P 3 512k 64k"]);
  qemuImg(["snapshot", "-c", "two", path]);
  sound = readFileSync(path);
  table = Number(sound.readBigUInt64BE(64));
  removeFolder(folder);
});

const edited = (edit: (bytes: Buffer) => unknown): Buffer => {
  const bytes = Buffer.from(sound);
  edit(bytes);
  return bytes;
};

/** How the table is damaged, what the check calls it, and how many snapshots can be read. */
const damages: readonly (readonly [string, () => Buffer, CheckFindingId, number])[] = [
  [
    "past the file's end",
    () => edited((bytes) => bytes.writeBigUInt64BE(2n ** 30n, 64)),
    "snapshot-table-cut-off",
    0,
  ],
  ["cut off", () => sound.subarray(0, table), "snapshot-table-cut-off", 0],
  [
    "cut off in the second entry",
    () => sound.subarray(0, table + entryLength + 10),
    "snapshot-table-cut-off",
    1,
  ],
  [
    "of a place that is on no cluster",
    () => edited((bytes) => bytes.writeBigUInt64BE(BigInt(table) + 8n, 64)),
    "snapshot-table-damaged",
    0,
  ],
  [
    "of too many",
    () => edited((bytes) => bytes.writeUInt32BE(65537, 60)),
    "snapshot-table-damaged",
    0,
  ],
  [
    "with too much in the second entry",
    () => edited((bytes) => bytes.writeUInt32BE(2000, table + entryLength + 36)),
    "snapshot-table-damaged",
    1,
  ],
  [
    "cut off in a name, where the entry still leads to the snapshot",
    () => sound.subarray(0, table + entryLength + 66),
    "snapshot-table-damaged",
    1,
  ],
];

describeWithQemu("an image whose snapshot table is damaged", () => {
  it("has a table that lies at the file's end", () => {
    expect(sound.readUInt32BE(60)).toBe(2);
    expect(sound.length).toBeLessThan(table + 65536);
    expect(openBytes(sound).facts.snapshots.map(({ name }) => name)).toEqual(["one", "two"]);
  });

  it.each(damages)("%s: opens, and has one corruption and no leaks", (_, damage, id, left) => {
    const bytes = damage();
    expectBytes(guestBytes(bytes), guestBytes(sound));
    const { facts, lostSnapshots } = openBytes(bytes);
    expect(facts.snapshots.map(({ name }) => name)).toEqual(["one", "two"].slice(0, left));
    expect(lostSnapshots).toBeDefined();
    const { corruptions, leaks, checkErrors, findings } = checkQcow2(memorySource(bytes));
    expect({ corruptions, leaks, checkErrors }).toEqual({
      corruptions: 1,
      leaks: 0,
      checkErrors: 0,
    });
    expect(findings).toMatchObject([{ id, at: 64, values: { lost: countOf(bytes) - left } }]);
  });

  const cutOff = damages.filter(([, , id]) => id === "snapshot-table-cut-off");
  it.each(cutOff)(
    `%s: a repair takes out what is lost (seed ${runSeed})`,
    (_, damage, _id, left) => {
      const folder = tempFolder();
      const path = join(folder, "a.qcow2");
      const bytes = Buffer.from(damage());
      writeFileSync(path, bytes);
      const { counts } = oracleCheck(path);
      expect(counts).not.toMatchObject({ corruptions: 0 });
      const { file, steps } = recordingTarget(bytes);
      expect(repairQcow2(file, "leaks").after.corruptions).toBe(1);
      expect(steps).toEqual([]);
      const { before, after } = repairQcow2(file, "all");
      expect(before.corruptions).toBe(1);
      expect(after).toMatchObject({ corruptions: 0, leaks: 0, checkErrors: 0, findings: [] });

      writeFileSync(path, bytesOf(file));
      mustBeSound(path);
      writeFileSync(join(folder, "sound.qcow2"), sound);
      mustBeIdentical(path, join(folder, "sound.qcow2"), "qcow2", "qcow2");
      const mended = openBytes(bytesOf(file));
      expect(mended.lostSnapshots).toBeUndefined();
      expect(mended.facts.snapshots).toEqual(openBytes(sound).facts.snapshots.slice(0, left));
      for (let index = 0; index < left; index++)
        expectBytes(snapshotBytes(bytesOf(file), index), snapshotBytes(sound, index));
      // Others can write to it now, and what is left stays as it is.
      qemuIo(path, "qcow2", ["write -P 9 0 1M"]);
      for (let index = 0; index < left; index++)
        expectBytes(snapshotBytes(readFileSync(path), index), snapshotBytes(sound, index));
      mustBeSound(path);
      for (const done of crashes(random(runSeed), steps, 3))
        expectBytes(guestBytes(replay(bytes, done)), guestBytes(sound));
    },
  );

  const others = damages.filter(([, , id]) => id === "snapshot-table-damaged");
  it.each(others)("%s: a repair leaves alone what may yet be found", (_, damage) => {
    const { file, steps } = recordingTarget(Buffer.from(damage()));
    const { before, after } = repairQcow2(file, "all");
    expect(after).toBe(before);
    expect(after.findings[0]?.text).toContain("convert it");
    expect(steps).toEqual([]);
  });

  it("is not changed in place", () => {
    const { file, steps } = recordingTarget(Buffer.from(cutOff[2]![1]()));
    for (const change of changesInPlace)
      expect(imageErrorOf(() => change(file))).toMatchObject({ code: "truncated" });
    expect(steps).toEqual([]);
  });

  it("is neither committed, rebased, punched nor compacted, and its base stays as it was", () => {
    const damage = (bytes: Buffer): void => void bytes.writeBigUInt64BE(2n ** 30n, 64);
    const path = mustLeaveChainAlone(sound, "1M", damage, "truncated");
    const bytes = readFileSync(path);
    const compact = () => compactImage({ path, grants: [] });
    expect(imageErrorOf(compact)).toMatchObject({ code: "unsupported" });
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it("still has the snapshots before the damage", () => {
    const path = join(tempFolder(), "a.qcow2");
    writeFileSync(path, cutOff[2]![1]());
    const image = openImage({ path, grants: [], snapshot: 0 });
    const disk = new Uint8Array(image.size);
    image.read(0, disk);
    image.close();
    expectBytes(disk, snapshotBytes(sound, 0));
    const error = imageErrorOf(() => openTopLayer({ path, grants: [], snapshot: 1 }));
    expect(error).toMatchObject({ code: "truncated" });
  });
});

/** The number of snapshots that the header tells of. */
const countOf = (bytes: Buffer): number => bytes.readUInt32BE(60);

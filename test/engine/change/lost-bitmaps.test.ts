import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { markedRanges } from "../../../electron/engine/formats/qcow2/change/bitmap-marks";
import * as bitmaps from "../../../electron/engine/formats/qcow2/change/bitmaps";
import { readTablesThere } from "../../../electron/engine/formats/qcow2/change/image";
import { repairQcow2 } from "../../../electron/engine/formats/qcow2/check/repair";
import { checkQcow2 } from "../../../electron/engine/formats/qcow2/check/survey";
import { memorySource } from "../../../electron/engine/io/memory";
import type { ByteTarget } from "../../../electron/engine/io/source";
import { expectBytes } from "../../helpers/bytes";
import { describeWithQemu, mustBeIdentical, qemuImg, qemuIo } from "../../helpers/qemu-img";
import { random, runSeed } from "../../helpers/seed";
import { newFolder, removeFolder, tempFolder } from "../../helpers/temp-folder";
import { imageErrorOf, openBytes } from "../formats/qcow2/handmade";
import { guestBytes, snapshotBytes } from "./disk-state";
import { mustBeSound, oracleCheck } from "./oracle-check";
import { bytesOf, crashes, recordingTarget, replay } from "./recording";
import { changesInPlace, mustLeaveChainAlone } from "./refused-changes";

/** What the bitmaps extension begins with. */
const extensionType = Buffer.from([0x23, 0x85, 0x28, 0x75]);

/** An image with a snapshot and bitmaps "first" and "next", whose directory is the last of its file. */
let sound: Buffer;
/** Where the data of its bitmaps extension begins, the directory, and the directory's second entry. */
let extension: number;
let directory: number;
let second: number;

beforeAll(() => {
  const folder = newFolder();
  const path = join(folder, "a.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", path, "4M"]);
  qemuIo(path, "qcow2", ["write -P 1 0 300k"]);
  qemuImg(["snapshot", "-c", "one", path]);
  qemuImg(["bitmap", "--add", "-g", "512", path, "first"]);
  qemuImg(["bitmap", "--add", path, "next"]);
  qemuIo(path, "qcow2", ["write -P 2 64k 300k"]);
  sound = readFileSync(path);
  removeFolder(folder);
  extension = sound.indexOf(extensionType) + 8;
  directory = Number(sound.readBigUInt64BE(extension + 16));
  second = directory + 32;
});

type Edit = (bytes: Buffer) => unknown;

/** The table of "first", and where its first entry leads. */
const tableOf = (bytes: Buffer): number => Number(bytes.readBigUInt64BE(directory));
const marksAt = (bytes: Buffer): bigint => bytes.readBigUInt64BE(tableOf(bytes));

/** What is wrong with the table of "first"; its directory entry is sound. */
const damagedTables: readonly (readonly [string, Edit])[] = [
  ["a table past the file's end", (b) => b.writeBigUInt64BE(2n ** 30n, directory)],
  ["a table past all files' end", (b) => b.writeBigUInt64BE(2n ** 63n, directory)],
  ["the disk's L1 table", (b) => b.copy(b, directory, 40, 48)],
  ["reserved bits", (b) => b.writeBigUInt64BE(marksAt(b) | 4n, tableOf(b))],
  ["reserved high bits", (b) => b.writeBigUInt64BE(marksAt(b) | (1n << 60n), tableOf(b))],
  [
    "marks that are all 1 and yet somewhere",
    (b) => b.writeBigUInt64BE(marksAt(b) | 1n, tableOf(b)),
  ],
  ["marks that are on no cluster", (b) => b.writeBigUInt64BE(marksAt(b) + 512n, tableOf(b))],
  ["marks past the file's end", (b) => b.writeBigUInt64BE(2n ** 30n, tableOf(b))],
  [
    "marks not saved in order, with reserved bits",
    (b) => {
      b.writeUInt32BE(1, directory + 12);
      b.writeBigUInt64BE(marksAt(b) | 4n, tableOf(b));
    },
  ],
];

/** What is wrong, at which byte the check tells it, and which bitmaps can be read. */
const damages: readonly (readonly [string, Edit, () => number, readonly string[]])[] = [
  [
    "a directory past the file's end",
    (b) => b.writeBigUInt64BE(2n ** 30n, extension + 16),
    () => 2 ** 30,
    [],
  ],
  [
    "a directory that is on no cluster",
    (b) => b.writeBigUInt64BE(BigInt(directory) + 8n, extension + 16),
    () => extension,
    [],
  ],
  ["a directory at 0", (b) => b.writeBigUInt64BE(0n, extension + 16), () => extension, []],
  [
    "a directory that is too large",
    (b) => b.writeBigUInt64BE(2n ** 62n, extension + 8),
    () => extension,
    [],
  ],
  ["no bitmaps counted", (b) => b.writeUInt32BE(0, extension), () => extension, ["first", "next"]],
  ["three counted", (b) => b.writeUInt32BE(3, extension), () => extension, ["first", "next"]],
  ["a header that is none", (b) => b.writeUInt32BE(1, extension + 4), () => extension, []],
  ["a directory of nothing", (b) => b.writeBigUInt64BE(0n, extension + 8), () => extension, []],
  [
    "a directory that ends too early",
    (b) => b.writeBigUInt64BE(40n, extension + 8),
    () => second + 18,
    ["first"],
  ],
  ["a name of nothing", (b) => b.writeUInt16BE(0, second + 18), () => second + 18, ["first"]],
  [
    "a name that is too long",
    (b) => b.writeUInt16BE(2000, second + 18),
    () => second + 18,
    ["first"],
  ],
  [
    "too much extra data",
    (b) => b.writeUInt32BE(2 ** 31, second + 20),
    () => second + 24 + 2 ** 31,
    ["first"],
  ],
  ["a granularity too large", (b) => b.writeUInt8(60, directory + 17), () => directory, ["next"]],
  ["a granularity too small", (b) => b.writeUInt8(3, second + 17), () => second, ["first"]],
  ["another type", (b) => b.writeUInt8(2, directory + 16), () => directory, ["next"]],
  ["unknown flags", (b) => b.writeUInt32BE(8, directory + 12), () => directory, ["next"]],
  ["a table at 0", (b) => b.writeBigUInt64BE(0n, directory), () => directory, ["next"]],
  ["a table on no cluster", (b) => b.writeBigUInt64BE(8n, second), () => second, ["first"]],
  ["a table of nothing", (b) => b.writeUInt32BE(0, second + 8), () => second, ["first"]],
  ["a table that is too large", (b) => b.writeUInt32BE(2, second + 8), () => second, ["first"]],
  [
    "a table larger than any file",
    (b) => b.writeUInt32BE(2 ** 32 - 1, directory + 8),
    () => directory,
    ["next"],
  ],
  [
    "a name twice",
    (b) => {
      b.writeUInt16BE(5, second + 18);
      b.write("first", second + 24);
    },
    () => second,
    ["first"],
  ],
];

const damagedBy = (edit: Edit): Buffer => {
  const bytes = Buffer.from(sound);
  edit(bytes);
  return bytes;
};

/** The bitmaps of an image with what they mark. */
function marksOf(bytes: Uint8Array): Record<string, string> {
  const image = readTablesThere(memorySource(bytes));
  const marks = image.bitmaps.entries.map(
    (entry) => [entry.name, JSON.stringify([...markedRanges(image, entry)])] as const,
  );
  return Object.fromEntries(marks);
}

describeWithQemu("an image whose bitmap directory is damaged", () => {
  it("has a sound one at first", () => {
    expect(Object.keys(marksOf(sound))).toEqual(["first", "next"]);
    expect(checkQcow2(memorySource(sound)).findings).toEqual([]);
  });

  it.each(damages)("%s: opens, which qemu-img does not, and is told", (_, edit, at, left) => {
    const bytes = damagedBy(edit);
    const path = join(tempFolder(), "a.qcow2");
    writeFileSync(path, bytes);
    expect(oracleCheck(path).counts).toBeUndefined();
    expectBytes(guestBytes(bytes), guestBytes(sound));
    const { facts, lostBitmaps } = openBytes(bytes);
    expect(facts.bitmaps.map(({ name }) => name)).toEqual(left);
    expect(lostBitmaps).toBeDefined();
    const { corruptions, leaks, checkErrors, findings } = checkQcow2(memorySource(bytes));
    expect({ corruptions, leaks, checkErrors }).toEqual({
      corruptions: 1,
      leaks: 0,
      checkErrors: 0,
    });
    expect(findings).toMatchObject([
      { id: "bitmap-directory-damaged", at: at(), values: { left: left.length } },
    ]);
  });

  it.each(damages)(
    `%s: a repair keeps what can be read (seed ${runSeed})`,
    (_, edit, _at, left) => {
      const bytes = damagedBy(edit);
      const { file, steps } = recordingTarget(bytes);
      expect(repairQcow2(file, "leaks").after.corruptions).toBe(1);
      expect(steps).toEqual([]);
      const { before, after } = repairQcow2(file, "all");
      expect(before.corruptions).toBe(1);
      expect(after).toMatchObject({ corruptions: 0, leaks: 0, checkErrors: 0, findings: [] });

      const folder = tempFolder();
      const path = join(folder, "a.qcow2");
      const mended = bytesOf(file);
      writeFileSync(path, mended);
      mustBeSound(path);
      const listed = JSON.parse(qemuImg(["info", "--output=json", path])) as {
        "format-specific": { data: { bitmaps?: { name: string }[] } };
      };
      const names = (listed["format-specific"].data.bitmaps ?? []).map(({ name }) => name);
      expect(names.sort()).toEqual(left);
      const kept = Object.entries(marksOf(sound)).filter(([name]) => left.includes(name));
      expect(marksOf(mended)).toEqual(Object.fromEntries(kept));
      const disk = guestBytes(sound);
      expectBytes(guestBytes(mended), disk);
      expectBytes(snapshotBytes(mended, 0), snapshotBytes(sound, 0));
      writeFileSync(join(folder, "sound.qcow2"), sound);
      mustBeIdentical(path, join(folder, "sound.qcow2"), "qcow2", "qcow2");
      // Others can write to it now, and the bitmaps that are left go on.
      qemuIo(path, "qcow2", ["write -P 9 0 1M"]);
      mustBeSound(path);
      for (const done of crashes(random(runSeed), steps, 2)) {
        const crashed = replay(bytes, done);
        expectBytes(guestBytes(crashed), disk);
        expect([1, 0]).toContain(checkQcow2(memorySource(crashed)).corruptions);
      }
    },
  );

  it.each(damagedTables)("a bitmap with %s is dropped, and the other stays", (_, edit) => {
    const bytes = damagedBy(edit);
    const path = join(tempFolder(), "a.qcow2");
    writeFileSync(path, bytes);
    const { corruptions, leaks, checkErrors } = checkQcow2(memorySource(bytes));
    expect(corruptions).toBeGreaterThan(0);
    const { counts } = oracleCheck(path);
    if (counts) expect(counts).toMatchObject({ corruptions, leaks, checkErrors });
    expectBytes(guestBytes(bytes), guestBytes(sound));

    const { file } = recordingTarget(bytes);
    const { after } = repairQcow2(file, "all");
    expect(after).toMatchObject({ corruptions: 0, leaks: 0, checkErrors: 0, findings: [] });
    const mended = bytesOf(file);
    writeFileSync(path, mended);
    mustBeSound(path);
    expect(marksOf(mended)).toEqual({ next: marksOf(sound)["next"] });
    expectBytes(guestBytes(mended), guestBytes(sound));
    expectBytes(snapshotBytes(mended, 0), snapshotBytes(sound, 0));
    qemuIo(path, "qcow2", ["write -P 9 0 1M"]);
    mustBeSound(path);
  });

  it("is not changed in place", () => {
    const { file, steps } = recordingTarget(damagedBy(damages[0]![1]));
    const changes = [
      ...changesInPlace,
      (target: ByteTarget) => bitmaps.removeBitmap(target, "first"),
      (target: ByteTarget) =>
        bitmaps.addBitmap(target, { name: "b", granularity: 65536, enabled: true }),
    ];
    for (const change of changes)
      expect(imageErrorOf(() => change(file))).toMatchObject({ code: "truncated" });
    expect(steps).toEqual([]);
  });

  it("does not come from a bitmap of an empty disk, which qemu could not open", () => {
    const path = join(tempFolder(), "empty.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", path, "0"]);
    const { file, steps } = recordingTarget(readFileSync(path));
    const added = { name: "b", granularity: 65536, enabled: true };
    expect(imageErrorOf(() => bitmaps.addBitmap(file, added)).code).toBe("invalid-argument");
    expect(steps).toEqual([]);
  });

  it("does not come from a bitmap of more data than qemu takes", () => {
    const path = join(tempFolder(), "wide.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", path, "3T"]);
    const added = { name: "b", enabled: true };
    const refused = recordingTarget(readFileSync(path));
    expect(
      imageErrorOf(() => bitmaps.addBitmap(refused.file, { ...added, granularity: 512 })),
    ).toMatchObject({ code: "invalid-argument" });
    expect(refused.steps).toEqual([]);
    const { file } = recordingTarget(readFileSync(path));
    bitmaps.addBitmap(file, { ...added, granularity: 1024 });
    const bytes = Buffer.from(bytesOf(file));
    writeFileSync(path, bytes);
    mustBeSound(path);

    const entry = Number(bytes.readBigUInt64BE(bytes.indexOf(extensionType) + 24));
    bytes.writeUInt32BE(2 * bytes.readUInt32BE(entry + 8), entry + 8);
    bytes.writeUInt8(9, entry + 17);
    writeFileSync(path, bytes);
    expect(oracleCheck(path).counts).toBeUndefined();
    expect(openBytes(bytes).lostBitmaps).toMatchObject({ code: "invalid-table", at: entry });
  });

  it("is neither committed, rebased nor punched, and its base stays as it was", () => {
    const damage = (bytes: Buffer): void => {
      bytes.writeUInt32BE(7, bytes.indexOf(sound.subarray(extension - 8, extension)) + 8);
    };
    mustLeaveChainAlone(sound, "4M", damage, "invalid-table");
  });
});

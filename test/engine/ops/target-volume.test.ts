import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  convert,
  createControl,
  createImage,
  formatById,
  openSource,
} from "../../../electron/engine";
import { fileSystemOf } from "../../../electron/engine/io/file-systems";
import { requireFits, volumeOf, type NewImage } from "../../../electron/engine/ops/target-volume";
import { memoryTarget } from "../../../electron/engine/io/memory";
import { needsHoles } from "../../helpers/holes";
import { patternDisk, writeRawFile } from "../../helpers/pattern-disk";
import { random, runSeed } from "../../helpers/seed";
import { newFolder, removeFolder, tempFolder } from "../../helpers/temp-folder";
import { jobOf } from "./convert-job";

const MIB = 1024 * 1024;

describe("file systems", () => {
  it("are known by Linux's numbers, and only there", () => {
    expect(fileSystemOf(0x4d44, 4096, "linux")).toEqual({
      kind: "FAT",
      keepsHoles: false,
      largestFile: 4_294_967_295,
    });
    expect(fileSystemOf(0xef53, 1024, "linux").largestFile).toBe((2 ** 32 - 1) * 1024);
    expect(fileSystemOf(0x6969, 4096, "linux")).toEqual({ kind: "NFS" });
    expect(fileSystemOf(0x4d44, 4096, "darwin")).toEqual({ kind: "unknown" });
    expect(fileSystemOf(0, 0, "win32")).toEqual({ kind: "unknown" });
  });
});

describe(`what fits on a file system, seed ${runSeed}`, () => {
  /** The length of what convert makes, and whether requireFits passes it at each limit around it. */
  function verdicts(source: string, target: Omit<NewImage, "path">): boolean[] {
    const path = join(tempFolder(), "t");
    const { format, options, keepZeros = false } = target;
    convert(jobOf(source, path, format, { options, keepZeros }));
    const { size } = statSync(path);
    const image = openSource({ images: [{ path: source, grants: [] }] });
    const passes = (largestFile: number): boolean => {
      try {
        requireFits(image, { ...target, path }, { kind: "FAT", largestFile }, createControl());
        return true;
      } catch (error) {
        expect(error).toMatchObject({ code: "limit", file: path, found: size });
        return false;
      }
    };
    const found = [size - 1, size, size + 1].map(passes);
    image.close();
    return found;
  }

  const targets = [
    ["raw", {}, {}],
    ["raw", {}, { keepZeros: true }],
    ["qcow2", {}, {}],
    ["qcow2", { cluster_size: 4096 }, {}],
    ["qcow2", {}, { keepZeros: true }],
    ["vdi", {}, {}],
    ["vpc", { subformat: "fixed" }, {}],
    ["vhdx", {}, {}],
  ] as const;
  const measured = targets.filter(([format]) => formatById(format).measure !== undefined);

  it.each(measured)("is told to the byte for %s %j %j", (format, options, more) => {
    const source = join(tempFolder(), "a.raw");
    // Some zeros are stored: only who reads them knows that they will not be written.
    writeRawFile(source, patternDisk(random(runSeed), 6 * MIB));
    expect(verdicts(source, { format, options, ...more })).toEqual([false, true, true]);
  });

  it("counts the files of a split image one by one", () => {
    const image = openSource({ images: [{ path: import.meta.filename, grants: [] }] });
    const { create } = formatById("raw");
    const writer = create!(memoryTarget(), { size: 4096, options: {} });
    const parts = [{ length: 4096, writer }];
    const target = { path: "t", format: "vmdk", options: {}, parts } as const;
    const check = (largestFile: number) =>
      requireFits(image, target, { kind: "FAT", largestFile }, createControl());
    expect(() => check(4095)).toThrow(expect.objectContaining({ code: "limit" }));
    check(4096);
    image.close();
  });
});

describe("the file system of the tests", () => {
  it("takes no longer file than it has blocks for", (context) => {
    const folder = tempFolder();
    const { kind, largestFile } = volumeOf(join(folder, "new"));
    if (largestFile === undefined) return context.skip(`${kind} has no limit that is known`);
    const [source, target] = ["a.qcow2", "b.raw"].map((name) => join(folder, name));
    createImage({
      path: source!,
      format: "qcow2",
      spec: { size: largestFile + 4096, options: {} },
      replace: false,
      flush: false,
    });
    expect(() => convert(jobOf(source!, target!, "raw"))).toThrow(
      expect.objectContaining({ code: "limit", file: target }),
    );
    expect(readdirSync(folder)).toEqual(["a.qcow2"]);
  });
});

/** A FAT file system in a file, mounted; undefined with the reason where that cannot be. */
function mountFat(folder: string): { path: string; unmount(): void } | { reason: string } {
  const [file, path] = [join(folder, "fat.img"), join(folder, "mounted")];
  const run = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;
  if (process.platform !== "linux" || process.getuid?.() !== 0) return { reason: "no root" };
  writeFileSync(file, "");
  truncateSync(file, 40 * MIB);
  mkdirSync(path);
  if (!run("mkfs.vfat", "-F", "32", file)) return { reason: "no mkfs.vfat" };
  if (!run("mount", "-o", "loop", file, path)) return { reason: "loop devices cannot be mounted" };
  return { path, unmount: () => void run("umount", path) };
}

describe("a real FAT file system", () => {
  const folder = newFolder();
  let mounted: ReturnType<typeof mountFat>;
  beforeAll(() => {
    mounted = mountFat(folder);
  });
  afterAll(() => {
    if ("unmount" in mounted) mounted.unmount();
    removeFolder(folder);
  });

  it("takes no file of 4 GiB, which is said before anything is written", (context) => {
    needsHoles(context);
    if ("reason" in mounted) return context.skip(mounted.reason);
    const source = join(tempFolder(), "a.raw");
    writeFileSync(source, "data");
    truncateSync(source, 2 ** 32);
    expect(volumeOf(join(mounted.path, "b"))).toMatchObject({ kind: "FAT", keepsHoles: false });
    const target = join(mounted.path, "b.raw");
    expect(() => convert(jobOf(source, target, "raw"))).toThrow(
      expect.objectContaining({ code: "limit", file: target, found: 2 ** 32 }),
    );
    expect(readdirSync(mounted.path)).toEqual([]);
    convert(jobOf(source, join(mounted.path, "b.qcow2"), "qcow2"));
    expect(readdirSync(mounted.path)).toEqual(["b.qcow2"]);
  });

  it("is told of as one that stores zeros, for raw only", (context) => {
    if ("reason" in mounted) return context.skip(mounted.reason);
    const source = join(tempFolder(), "a.raw");
    writeFileSync(source, new Uint8Array(8192));
    const told: string[] = [];
    const onThick = (kind: string) => void told.push(kind);
    convert(jobOf(source, join(mounted.path, "c.raw"), "raw", { onThick }));
    expect(told).toEqual(["FAT"]);
    convert(jobOf(source, join(mounted.path, "c.qcow2"), "qcow2", { onThick }));
    convert(jobOf(source, join(mounted.path, "d.raw"), "raw", { onThick, keepZeros: true }));
    expect(told).toEqual(["FAT"]);
  });
});

import { execFileSync } from "node:child_process";
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  statfsSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import * as file from "../../../electron/engine/io/file";
import { nativeCalls } from "../../../electron/engine/io/native";
import { baseNameOf, folderOf, resolveFrom } from "../../../electron/engine/io/paths";
import type { ByteTarget } from "../../../electron/engine/io/source";
import { expectBytes, pattern, readAt, runsOf, targetSuite } from "./target-suite";
import { thrownBy } from "./thrown";

const MiB = 2 ** 20;
const folder = mkdtempSync(join(tmpdir(), "lamina-file-"));
const path = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const hasNative = nativeCalls() !== undefined;
/** ext, XFS, Btrfs, F2FS, tmpfs; the temporary folder may be an overlay. */
const countsExactly = [0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x01021994].includes(
  statfsSync(folder).type >>> 0,
);
const opened: ByteTarget[] = [];
let count = 0;

function create(): ByteTarget {
  const target = file.createFile(path(`target-${(count += 1)}`));
  opened.push(target);
  return target;
}

afterEach(() => {
  for (const target of opened.splice(0)) {
    target.close();
    file.removeFile(target.name);
  }
});

describe.each([
  { title: "with native calls", native: true },
  { title: "without native calls", native: false },
])("a file, $title", ({ native }) => {
  const before = process.env["LAMINA_NO_NATIVE"];
  beforeAll(() => {
    if (!native) process.env["LAMINA_NO_NATIVE"] = "1";
  });
  afterAll(() => {
    if (before === undefined) delete process.env["LAMINA_NO_NATIVE"];
    else process.env["LAMINA_NO_NATIVE"] = before;
  });

  targetSuite(create, native && hasNative);

  // Without native calls only a file system known to count its blocks exactly is believed.
  it.skipIf(!native && !countsExactly)("that stores nothing is one hole", () => {
    const target = create();
    target.truncate(3 * MiB);
    expect(target.hostRun?.(5, MiB)).toEqual({ length: MiB, hole: true });
    expect(target.hostRun?.(MiB, 9 * MiB)).toEqual({ length: 2 * MiB, hole: true });
  });

  it("that shrinks is never taken for zeros past its new end", () => {
    const name = path("shrinks");
    writeFileSync(name, pattern(MiB));
    truncateSync(name, 4 * MiB);
    const source = file.openFile(name);
    truncateSync(name, MiB / 2);
    expect(source.hostRun?.(2 * MiB, MiB)).toEqual({ length: MiB, hole: false });
    expect(thrownBy(() => readAt(source, 2 * MiB, 1)).code).toBe("truncated");
    for (const run of runsOf(source)) expect(run.hole).toBe(false);
    source.close();
  });

  it("keeps its length when space is reserved or given back", () => {
    const target = create();
    target.write(0, pattern(1000));
    target.allocate?.(0, MiB);
    target.allocate?.(5, 0);
    expect(target.size).toBe(1000);
    if (native && hasNative) expect(target.allocated).toBeGreaterThanOrEqual(MiB);
    target.punchHole?.(8 * MiB, MiB);
    expect(target.size).toBe(1000);
    expectBytes(readAt(target, 0, 1000), pattern(1000));
  });
});

describe("opening a file", () => {
  it("tells its size, space and identity", () => {
    const name = path("facts");
    writeFileSync(name, pattern(5000));
    truncateSync(name, 7 * MiB);
    const fd = openSync(name, "r+");
    fsyncSync(fd);
    closeSync(fd);
    symlinkSync(name, path("facts-link"));
    const source = file.openFile(name);
    const link = file.openFile(path("facts-link"));
    const stat = statSync(name, { bigint: true });
    expect(source).toMatchObject({
      name,
      size: 7 * MiB,
      allocated: Number(stat.blocks) * 512,
      identity: `${stat.dev}:${stat.ino}`,
      file: { base: 0 },
    });
    expect(source).not.toHaveProperty("write");
    expect(link.identity).toBe(source.identity);
    const status = file.fileStatus(path("facts-link"));
    const { size, allocated, identity } = source;
    expect(status).toEqual({ kind: "file", size, allocated, identity });
    source.close();
    link.close();
  });

  it("reads through the descriptor alone, as copier threads do", () => {
    const target = create();
    const fd = target.file?.fd ?? -1;
    file.writeFully(fd, 100, pattern(50), target.name);
    expect(target.size).toBe(150);
    const into = new Uint8Array(50);
    file.readFully(fd, 100, into, target.name);
    expect(into).toEqual(pattern(50));
  });

  it("does not read another file's bytes after close", () => {
    const target = create();
    target.write(0, pattern(10));
    target.close();
    const other = file.openFile(target.name);
    expect(other.file?.fd).toBe(target.file?.fd);
    for (const call of [
      () => readAt(target, 0, 1),
      () => target.write(0, pattern(1)),
      () => target.truncate(0),
      () => target.allocate?.(0, 1),
      () => target.punchHole?.(0, 1),
      () => target.hostRun?.(0, 1),
      () => target.flush(),
      () => target.size,
    ]) {
      const error = thrownBy(call);
      expect(error.code).toBe("io");
      expect(error.message).toContain("is closed");
    }
    target.close();
    expectBytes(readAt(other, 0, 10), pattern(10));
    other.close();
  });

  it("writes in place", () => {
    const name = path("in-place");
    writeFileSync(name, pattern(100));
    const target = file.openFileWritable(name);
    target.write(50, new Uint8Array(10));
    target.close();
    const expected = pattern(100).fill(0, 50, 60);
    expect(new Uint8Array(readFileSync(name))).toEqual(expected);
  });

  it("refuses folders, devices and pipes at once, and opens none of them", () => {
    execFileSync("mkfifo", [path("pipe")]);
    for (const [name, found] of [
      [folder, "a folder"],
      ["/dev/zero", "a device"],
      [path("pipe"), "a pipe or socket"],
    ] as const) {
      for (const open of [file.openFile, file.openFileWritable]) {
        expect(thrownBy(() => open(name))).toMatchObject({
          code: "unsupported",
          file: name,
          found,
        });
      }
    }
    expect(file.fileStatus(path("pipe")).kind).toBe("other");
    expect(file.fileStatus("/dev/zero").kind).toBe("other");
    expect(file.fileStatus(folder).kind).toBe("folder");
  });

  it("says what is missing or in the way, in the system's words", () => {
    const name = path("there");
    writeFileSync(name, "kept");
    expect(thrownBy(() => file.openFile(path("absent")))).toMatchObject({
      code: "missing-file",
      message: `Cannot open ${path("absent")}: no such file or directory`,
      found: "no such file or directory",
      file: path("absent"),
    });
    expect(thrownBy(() => file.openFileWritable(path("absent"))).code).toBe("missing-file");
    expect(thrownBy(() => file.openFile(join(name, "below"))).code).toBe("missing-file");
    expect(thrownBy(() => file.createFile(join(path("absent"), "new"))).code).toBe("missing-file");
    expect(thrownBy(() => file.createFile(name))).toMatchObject({
      code: "exists",
      found: "file already exists",
    });
    expect(readFileSync(name, "utf8")).toBe("kept");
    symlinkSync(path("nowhere"), path("dangling"));
    expect(thrownBy(() => file.createFile(path("dangling"))).code).toBe("exists");
    expect(file.fileStatus(path("dangling")).kind).toBe("none");
    expect(file.fileStatus(join(name, "below")).kind).toBe("none");
    symlinkSync("loop", path("loop"));
    expect(thrownBy(() => file.openFile(path("loop"))).code).toBe("io");
    expect(thrownBy(() => file.fileStatus(path("loop"))).code).toBe("io");
    expect(thrownBy(() => file.openFile("a\0b")).code).toBe("io");
  });
});

describe("names", () => {
  it("resolve against a folder", () => {
    expect(folderOf("/a/b/c.img")).toBe("/a/b");
    expect(folderOf("c.img")).toBe(process.cwd());
    expect(baseNameOf("/a/b/c.img")).toBe("c.img");
    expect(resolveFrom("/a/b", "../c.img")).toBe("/a/c.img");
    expect(resolveFrom("/a/b", "/c.img")).toBe("/c.img");
  });

  it("are followed to the real path", () => {
    writeFileSync(path("real"), "");
    symlinkSync("real", path("alias"));
    expect(file.realPathOf(path("alias"))).toBe(join(realpathSync(folder), "real"));
    expect(thrownBy(() => file.realPathOf(path("gone"))).code).toBe("missing-file");
  });
});

describe("renaming and removing", () => {
  it("replaces, or does not", () => {
    const [from, to] = [path("from"), path("to")];
    writeFileSync(from, "new");
    writeFileSync(to, "old");
    expect(thrownBy(() => file.renameFileNew(from, to)).code).toBe("exists");
    expect(readFileSync(to, "utf8")).toBe("old");
    file.renameFile(from, to);
    expect(readFileSync(to, "utf8")).toBe("new");
    expect(file.fileStatus(from).kind).toBe("none");
    file.renameFileNew(to, from);
    expect(readFileSync(from, "utf8")).toBe("new");
    expect(file.fileStatus(to).kind).toBe("none");
    expect(thrownBy(() => file.renameFile(to, from)).code).toBe("missing-file");
    expect(thrownBy(() => file.renameFileNew(to, path("third"))).code).toBe("missing-file");
  });

  it("removes what is there and minds nothing when it is not", () => {
    const inner = path("inner");
    mkdirSync(inner);
    writeFileSync(join(inner, "x"), "");
    file.removeFile(join(inner, "x"));
    file.removeFile(join(inner, "x"));
    expect(readdirSync(inner)).toEqual([]);
    file.syncFolder(inner);
    expect(thrownBy(() => file.removeFile(inner)).code).toBe("io");
    expect(thrownBy(() => file.syncFolder(path("gone"))).code).toBe("missing-file");
  });
});

describe("free space", () => {
  it("is that of the folder, for a file that is there or not", () => {
    const here = file.freeSpace(folder);
    expect(here?.capacity).toBeGreaterThan(0);
    expect(here?.free).toBeGreaterThanOrEqual(0);
    expect(here?.free).toBeLessThanOrEqual(here?.capacity ?? 0);
    expect(file.freeSpace(path("not yet"))?.capacity).toBe(here?.capacity);
    expect(file.freeSpace(path("not/yet"))).toBeUndefined();
  });
});

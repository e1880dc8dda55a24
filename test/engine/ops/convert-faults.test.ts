import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import type * as FileSystem from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { convert, createControl, type Control } from "../../../electron/engine";
import { random } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { jobOf } from "./convert-job";

/** Reads of the host that still go well; after them the device is gone. */
let readsLeft = Infinity;
/** Bytes that can still be written; after them the disk is full. */
let room = Infinity;

// The layer of faults under io: what the system calls of a pulled stick and a full disk give.
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof FileSystem>();
  const failing = (code: string, words: string, call: string): Error =>
    Object.assign(new Error(`${code}: ${words}, ${call}`), { code });
  type Transfer = (
    fd: number,
    bytes: Uint8Array,
    from: number,
    count: number,
    at: number,
  ) => number;
  const readSync: Transfer = (...args) => {
    if (--readsLeft < 0) throw failing("EIO", "i/o error", "read");
    return fs.readSync(...args);
  };
  const writeSync: Transfer = (fd, bytes, from, count, at) => {
    if (room <= 0) throw failing("ENOSPC", "no space left on device", "write");
    const put = fs.writeSync(fd, bytes, from, Math.min(count, room), at);
    room -= put;
    return put;
  };
  return { ...fs, readSync, writeSync };
});

afterEach(() => {
  readsLeft = Infinity;
  room = Infinity;
});

const MIB = 1024 * 1024;
const formats = ["raw", "qcow2", "vmdk", "vdi", "vpc", "vhdx"] as const;
const failure = (code: string, more: object = {}) => expect.objectContaining({ code, ...more });

const allBytes = new Uint8Array(8 * MIB);
random(5).fill(allBytes.subarray(0, MIB));
for (let at = MIB; at < allBytes.length; at += MIB) allBytes.copyWithin(at, 0, MIB);

/** A disk without a hole. */
function withDisk(size = allBytes.length) {
  const folder = tempFolder();
  const source = join(folder, "a.raw");
  const bytes = allBytes.subarray(0, size);
  writeFileSync(source, bytes);
  return { folder, source, bytes };
}

/** A control on which `step` is called before each step, with its number from 1. */
function controlWith(step: (count: number) => void): Control {
  const control = createControl();
  let count = 0;
  const throwIfCancelled = (): void => {
    step((count += 1));
    control.throwIfCancelled();
  };
  return Object.create(control, { throwIfCancelled: { value: throwIfCancelled } }) as Control;
}

describe.each(formats)("converting to %s", (format) => {
  it("tells when the disk is full, and gives back what it took", () => {
    const { folder, source } = withDisk();
    room = 5 * MIB;
    expect(() => convert(jobOf(source, join(folder, "b"), format))).toThrow(
      failure("io", { found: "no space left on device" }),
    );
    expect(readdirSync(folder)).toEqual(["a.raw"]);
  });

  it("tells at which byte of which file the source's device has gone", () => {
    const { folder, source } = withDisk();
    // After the first bytes, while it is opened; and in the middle of the data.
    const opening = () => convert(jobOf(source, join(folder, "b"), format));
    readsLeft = 0;
    expect(opening).toThrow(failure("io", { file: source, found: "i/o error" }));
    const control = controlWith((count) => {
      if (count === 4) readsLeft = 0;
    });
    expect(() => convert(jobOf(source, join(folder, "b"), format, { control }))).toThrow(
      failure("io", { file: source, found: "i/o error", at: expect.any(Number) }),
    );
    expect(readdirSync(folder)).toEqual(["a.raw"]);
  });

  it("tells when the target's folder was removed, and makes none again", () => {
    const { folder, source } = withDisk();
    const into = join(folder, "into");
    mkdirSync(into);
    const control = controlWith((count) => {
      if (count === 4) rmSync(into, { recursive: true });
    });
    expect(() => convert(jobOf(source, join(into, "b"), format, { control }))).toThrow(
      failure("missing-file"),
    );
    expect(readdirSync(folder)).toEqual(["a.raw"]);
  });

  it("copies what was there at the opening of a source that grows, and says that it did", () => {
    const { folder, source, bytes } = withDisk(4 * MIB);
    const more = new Uint8Array(MIB).fill(9);
    const control = controlWith((count) => {
      if (count < 5) appendFileSync(source, more);
    });
    const target = join(folder, "b");
    const { virtualSize, sourceChanged } = convert(jobOf(source, target, format, { control }));
    expect(sourceChanged).toEqual([source]);
    expect(statSync(source).size).toBe(8 * MIB);
    const back = join(folder, "c");
    expect(convert(jobOf(target, back, "raw"))).not.toHaveProperty("sourceChanged");
    // A VHD's geometry may round the size up, with zeros.
    expect(virtualSize).toBe(4 * MIB);
    expect(
      readFileSync(back)
        .subarray(0, 4 * MIB)
        .equals(bytes),
    ).toBe(true);
    expect(
      readFileSync(back)
        .subarray(4 * MIB)
        .every((byte) => byte === 0),
    ).toBe(true);
  });

  it("fails for a source that shrinks, and leaves nothing", () => {
    const { folder, source } = withDisk();
    const control = controlWith((count) => {
      if (count === 4) truncateSync(source, 5 * MIB);
    });
    expect(() => convert(jobOf(source, join(folder, "b"), format, { control }))).toThrow(
      failure("truncated", { file: source }),
    );
    expect(readdirSync(folder)).toEqual(["a.raw"]);
  });
});

describe("a folder that has another name by the end", () => {
  it("gets no image, and what was begun is gone from it", () => {
    const { folder, source } = withDisk();
    mkdirSync(join(folder, "old"));
    const control = controlWith((count) => {
      if (count === 4) renameSync(join(folder, "old"), join(folder, "new"));
    });
    expect(() => convert(jobOf(source, join(folder, "old/b"), "raw", { control }))).toThrow(
      failure("missing-file"),
    );
    expect(readdirSync(folder).toSorted()).toEqual(["a.raw", "new"]);
  });
});

/** Writes a file until there is no room. */
function fillUp(path: string): void {
  expect(() => {
    for (;;) appendFileSync(path, allBytes.subarray(0, MIB / 4));
  }).toThrow(/ENOSPC/);
}

describe("a file system that is really full", () => {
  it("is left as it was", (context) => {
    const { source } = withDisk();
    const path = tempFolder();
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=12m", "tmpfs", path]);
    if (mounted.status !== 0) return context.skip("a tmpfs cannot be mounted");
    onTestFinished(() => void spawnSync("umount", [path]));
    const other = join(path, "other");
    // A qcow2 file of this size has all its space reserved by then.
    for (const format of formats.filter((each) => each !== "qcow2")) {
      // Room enough when it is planned, and not any more when it is written.
      const control = controlWith((count) => {
        if (count === 3) fillUp(other);
      });
      const attempt = () => convert(jobOf(source, join(path, "b"), format, { control }));
      expect(attempt, format).toThrow(failure("io", { found: "no space left on device" }));
      expect(readdirSync(path), format).toEqual(["other"]);
      rmSync(other);
    }
  });
});

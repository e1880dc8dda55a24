import {
  closeSync,
  openSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import type * as FileSystem from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { convert, createControl, type Control } from "../../../electron/engine";
import { wasChanged } from "../../../electron/engine/io/file-change";
import { random } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { jobOf } from "./convert-job";

/** What the host gives for the time of a file's last change, in ns; its own when undefined. */
let madeUp: (() => bigint) | undefined;

vi.mock("node:fs", async (original) => {
  const fs = await original<typeof FileSystem>();
  const fstatSync = (fd: number, options?: FileSystem.StatSyncOptions) => {
    const found = fs.fstatSync(fd, options);
    return madeUp === undefined ? found : Object.assign(found, { mtimeNs: madeUp() });
  };
  return { ...fs, fstatSync };
});

afterEach(() => {
  madeUp = undefined;
});

const MIB = 1024 * 1024;
/** Long ago, so that every change has another time. */
const before = new Date(2020, 1, 1);

function withDisk(name = "a.raw", pack = (bytes: Uint8Array): Uint8Array => bytes) {
  const folder = tempFolder();
  const bytes = new Uint8Array(4 * MIB);
  random(6).fill(bytes);
  const source = join(folder, name);
  writeFileSync(source, pack(bytes));
  utimesSync(source, before, before);
  return { folder, source, bytes, target: join(folder, "b") };
}

/** A control on which `act` is called once, in the middle of the work. */
function midway(act: () => void): Control {
  const control = createControl();
  let count = 0;
  const throwIfCancelled = (): void => {
    if ((count += 1) === 3) act();
  };
  return Object.create(control, { throwIfCancelled: { value: throwIfCancelled } }) as Control;
}

/** Writes a byte to the middle of a file, which keeps its length. */
function overwrite(path: string): void {
  const fd = openSync(path, "r+");
  writeSync(fd, "x", 1000);
  closeSync(fd);
}

describe("a source that is changed while it is read", () => {
  it.each(["raw", "qcow2", "vmdk"] as const)(
    "is told of where it keeps its length (to %s)",
    (to) => {
      const { source, target } = withDisk();
      const { size } = statSync(source);
      const control = midway(() => overwrite(source));
      expect(convert(jobOf(source, target, to, { control })).sourceChanged).toEqual([source]);
      expect(statSync(source).size).toBe(size);
    },
  );

  it("is told of by the name of its file, where it has several", () => {
    const first = withDisk();
    const second = withDisk();
    const images = [first, second].map(({ source: path }) => ({ path, grants: [] }));
    const control = midway(() => overwrite(second.source));
    const job = jobOf("", first.target, "raw", { source: { images }, control });
    expect(convert(job).sourceChanged).toEqual([second.source]);
  });

  it("is told of where it is compressed as a whole", () => {
    const { source, target } = withDisk("a.raw.gz", gzipSync);
    const control = midway(() => utimesSync(source, before, new Date()));
    for (const to of ["raw", "qcow2"] as const) {
      const job = jobOf(source, target, to, { control, replace: true });
      expect(convert(job).sourceChanged, to).toEqual(to === "raw" ? [source] : undefined);
    }
  });

  it("is none when it is only read by others meanwhile", () => {
    const { source, target, bytes } = withDisk();
    const control = midway(() => {
      readFileSync(source);
      utimesSync(source, new Date(), before);
    });
    const result = convert(jobOf(source, target, "raw", { control }));
    expect(result).not.toHaveProperty("sourceChanged");
    expect(readFileSync(target).equals(bytes)).toBe(true);
  });

  it.each([
    ["none", () => () => 0n],
    [
      "that of the clock",
      () => {
        let now = 10n ** 18n;
        return () => (now += 700n);
      },
    ],
  ])("is none where the host keeps no time of a change, but %s", (_name, clock) => {
    const { source, target } = withDisk();
    madeUp = clock();
    expect(convert(jobOf(source, target, "raw"))).not.toHaveProperty("sourceChanged");
    const control = midway(() => writeFileSync(source, "more", { flag: "a" }));
    const job = jobOf(source, target, "raw", { control, replace: true });
    expect(convert(job).sourceChanged).toEqual([source]);
  });
});

describe("the time of a file's last change", () => {
  const at = (mtimeNs: bigint) => ({ size: 5n, mtimeNs });

  it.each([
    [1_700_000_001_500_000_000n, 1_700_000_001_000_000_000n, false],
    [1_700_000_001_500_000_000n, 1_700_000_000_000_000_000n, false],
    [1_700_000_001_500_000_000n, 1_700_000_001_500_000_001n, true],
    [1_700_000_001_500_000_000n, 1_600_000_000_000_000_000n, true],
  ])("of %d that becomes %d tells of a change: %s", (then, now, changed) => {
    expect(wasChanged(at(then), () => at(now))).toBe(changed);
  });
});

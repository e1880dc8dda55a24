import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { basename, join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import {
  applySnapshot,
  checkImage,
  commitImage,
  createSnapshot,
  deleteSnapshots,
  ImageError,
  mergeLayer,
  punchZeros,
  rebaseImage,
  resizeImage,
} from "../../../../electron/engine";
import { mostPerChange } from "../../../../electron/engine/formats/qcow2/change/store-clusters";
import type { ByteTarget } from "../../../../electron/engine/io/source";
import { describeWithQemu, qemuImg, qemuIo } from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { leaveFiles } from "../../change/recorded-files";
import { diskOf, randomChain, snapshotsOf, type ChainLayer } from "./chain-images";

/** Called before and after every call that changes a file, and before every file that is opened to be read. */
const before: Partial<Record<"change" | "open" | "next", (path: string) => void>> = vi.hoisted(
  () => ({}),
);
vi.mock(import("../../../../electron/engine/io/file"), async (original) => {
  const real = await original();
  return {
    ...real,
    openFile(path: string) {
      before.open?.(path);
      return real.openFile(path);
    },
    openFileWritable(path: string) {
      const target = real.openFileWritable(path);
      const first = <Args extends unknown[]>(call: (...args: Args) => void) => ({
        value: (...args: Args) => {
          before.change?.(path);
          call(...args);
          before.next?.(path);
        },
      });
      return Object.create(target, {
        write: first(target.write),
        truncate: first(target.truncate),
        flush: first(target.flush),
      }) as ByteTarget;
    },
  };
});

const { data } = mostPerChange;
afterEach(() => {
  delete before.change;
  delete before.open;
  delete before.next;
  mostPerChange.data = data;
});

const grants: readonly string[] = [];
const qcow2 = "qcow2" as const;
const layers: readonly ChainLayer[] = [
  { name: "base.qcow2", format: qcow2, clusterSize: 4096, clusters: 12, snapshots: 1 },
  { name: "middle.qcow2", format: qcow2, clusterSize: 1024, clusters: 64, snapshots: 0 },
  { name: "top.qcow2", format: qcow2, clusterSize: 4096, clusters: 16, snapshots: 0 },
];

/** Changes of the chain in a folder; the last ones of its base by itself. */
const operations: Record<string, (at: (name: string) => string) => void> = {
  rebase: (at) =>
    rebaseImage(
      { path: at("top.qcow2"), grants },
      { base: { name: "base.qcow2", format: "qcow2" } },
    ),
  flatten: (at) => rebaseImage({ path: at("top.qcow2"), grants }, {}),
  commit: (at) => commitImage({ path: at("top.qcow2"), grants }),
  merge: (at) => mergeLayer({ path: at("top.qcow2"), grants }, { depth: 1 }),
  punch: (at) => punchZeros({ path: at("top.qcow2"), grants }),
  snapshot: (at) =>
    void createSnapshot(at("top.qcow2"), { name: "n", dateSeconds: 0, dateNanoseconds: 0 }),
  "apply a snapshot": (at) => applySnapshot(at("base.qcow2"), 0),
  "delete a snapshot": (at) => deleteSnapshots(at("base.qcow2"), [0]),
  grow: (at) => resizeImage({ path: at("base.qcow2"), grants }, 96 * 1024),
};

function failureOf(run: () => unknown): ImageError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof ImageError) return error;
    throw error;
  }
}

const stateOf = (folder: string): string[] =>
  layers.map(({ name, snapshots }) =>
    [
      diskOf(join(folder, name)).toString("latin1"),
      ...(snapshots ? snapshotsOf(join(folder, name)) : []),
    ].join(),
  );

function mustBeSound(folder: string): void {
  for (const { name } of layers) {
    const { corruptions, checkErrors } = checkImage(join(folder, name));
    expect({ corruptions, checkErrors }).toEqual({ corruptions: 0, checkErrors: 0 });
  }
}

describeWithQemu("a change of a chain that fails", () => {
  const seed = runSeed;
  const inSmallChanges = (): void => void (mostPerChange.data = 16384);

  it.each(Object.entries(operations))(`leaves every disk: %s (seed ${seed})`, (name, run) => {
    const r = random(seed);
    const folder = tempFolder();
    randomChain(r, folder, layers);
    const undone = stateOf(folder);
    const whole = join(tempFolder(), "whole");
    leaveFiles(folder, whole, new Map());
    let calls = 0;
    before.change = () => void (calls += 1);
    if (name !== "commit") inSmallChanges();
    run((file) => join(whole, file));
    delete before.change;
    const done = stateOf(whole);
    expect(calls).toBeGreaterThan(2);
    for (let nth = 0; nth < calls; nth += Math.ceil(calls / 6)) {
      const left = join(tempFolder(), "left");
      leaveFiles(folder, left, new Map());
      let count = 0;
      before.change = (path) => {
        if (count++ < nth) return;
        throw new ImageError("io", `Cannot write to ${path}: no space left on device`, {
          file: path,
          found: "no space left on device",
        });
      };
      const failure = failureOf(() => run((file) => join(left, file)));
      delete before.change;
      expect(failure).toMatchObject({ code: "io", found: "no space left on device" });
      mustBeSound(left);
      const [base, middle, top] = stateOf(left);
      const ownBase = ["apply a snapshot", "delete a snapshot", "grow"].includes(name);
      expect([undone[0], ...(ownBase || name === "merge" ? [done[0], base] : [])]).toContain(base);
      if (name === "commit")
        expect([undone[1], done[1]!, grownTo(undone[1]!, 65536)]).toContain(middle);
      else if (!ownBase) expect(middle).toBe(undone[1]);
      if (!ownBase) expect(top).toBe(undone[2]);
    }
  });

  it.each(["rebase", "flatten", "commit", "merge", "punch"])(
    `writes nothing behind the end of a file that is cut short meanwhile: %s (seed ${seed})`,
    (name) => {
      const run = operations[name]!;
      const folder = tempFolder();
      randomChain(random(seed), folder, layers);
      const whole = join(tempFolder(), "whole");
      leaveFiles(folder, whole, new Map());
      const done: string[] = [];
      before.next = (path) => void done.push(path);
      if (name !== "commit") inSmallChanges();
      run((file) => join(whole, file));
      for (let nth = 0; nth < done.length; nth += Math.ceil(done.length / 6)) {
        const left = join(tempFolder(), "left");
        leaveFiles(folder, left, new Map());
        let count = 0;
        let cut: { path: string; length: number } | undefined;
        before.next = (path) => {
          if (count++ !== nth) return;
          cut = { path, length: 512 * Math.floor(statSync(path).size / 1024) };
          truncateSync(path, cut.length);
        };
        const failure = failureOf(() => run((file) => join(left, file)));
        const { path, length } = cut!;
        // Only what was cut off when all was done is no longer the change's.
        if (nth < done.length - 1) expect(failure?.code).toBe("truncated");
        expect(statSync(path).size).toBeLessThanOrEqual(length);
        // What a base has lost, the image on it still holds.
        const names = layers.map((layer) => layer.name);
        for (const above of names.slice(names.indexOf(basename(path)) + 1))
          expect(readFileSync(join(left, above)).equals(readFileSync(join(folder, above)))).toBe(
            true,
          );
      }
    },
  );

  it("when the old base gets shorter meanwhile", () => {
    const folder = tempFolder();
    const [base, top] = [join(folder, "base.raw"), join(folder, "top.qcow2")];
    qemuImg(["create", "-q", "-f", "raw", base, "4M"]);
    qemuIo(base, "raw", ["write -P 1 0 4M"]);
    qemuImg(["create", "-q", "-f", "qcow2", "-b", "base.raw", "-F", "raw", top]);
    mostPerChange.data = 2 ** 20;
    let calls = 0;
    before.change = () => {
      calls += 1;
      if (calls === 8) truncateSync(base, 2 ** 20);
    };
    const failure = failureOf(() => rebaseImage({ path: top, grants }, {}));
    delete before.change;
    expect(failure?.code).toBe("truncated");
    // What it holds by now is right, and it still stands on its base.
    const disk = diskOf(top);
    truncateSync(base, 2 ** 22);
    expect(disk.subarray(0, 2 ** 20).every((byte) => byte === 1)).toBe(true);
    expect(checkImage(top)).toMatchObject({ corruptions: 0, checkErrors: 0 });
  });

  it("when a file may no longer be opened", () => {
    const folder = tempFolder();
    randomChain(random(seed), folder, layers);
    const undone = stateOf(folder);
    inSmallChanges();
    for (const run of [operations["flatten"]!, operations["merge"]!]) {
      const whole = join(tempFolder(), "whole");
      leaveFiles(folder, whole, new Map());
      let opened = 0;
      before.open = () => void (opened += 1);
      run((file) => join(whole, file));
      delete before.open;
      for (let nth = 0; nth < opened; nth += 4) {
        const left = join(tempFolder(), "left");
        leaveFiles(folder, left, new Map());
        let count = 0;
        before.open = (path) => {
          if (count++ < nth) return;
          const found = "permission denied";
          throw new ImageError("io", `Cannot open ${path}: ${found}`, { file: path, found });
        };
        const failure = failureOf(() => run((file) => join(left, file)));
        delete before.open;
        expect(failure).toMatchObject({ code: "io", found: "permission denied" });
        expect(stateOf(left).slice(1)).toEqual(undone.slice(1));
        mustBeSound(left);
      }
    }
  });
});

/** A state of one disk as it is when the disk has grown to `size` bytes. */
function grownTo(disk: string, size: number): string {
  return disk.padEnd(size, "\0");
}

const mountable = ((): boolean => {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const { status } = spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "none", "/mnt"]);
  return status === 0;
})();

describe.skipIf(!mountable)("on a file system of its own (needs root)", () => {
  function smallDisk(size: string): { at: string; remount: (how: string) => void } {
    const at = join(tempFolder(), "disk");
    mkdirSync(at);
    expect(spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "none", at]).status).toBe(0);
    onTestFinished(() => void spawnSync("umount", [at]));
    const remount = (how: string): void => {
      expect(spawnSync("mount", ["-o", `remount,${how}`, at]).status).toBe(0);
    };
    return { at, remount };
  }

  it("a disk that is full, or read only, leaves the image", () => {
    const { at, remount } = smallDisk("3m");
    const [base, top] = [join(at, "base.raw"), join(at, "top.qcow2")];
    qemuImg(["create", "-q", "-f", "raw", base, "2M"]);
    qemuIo(base, "raw", ["write -P 1 0 1536k"]);
    qemuImg(["create", "-q", "-f", "qcow2", "-b", "base.raw", "-F", "raw", top]);
    qemuIo(top, "qcow2", ["write -P 2 0 64k"]);
    const disk = diskOf(top);
    const full = failureOf(() => rebaseImage({ path: top, grants }, {}));
    expect(full).toMatchObject({ code: "io", file: top });
    expect(full?.found).toMatch(/no space left/i);
    expect(diskOf(top).equals(disk)).toBe(true);
    expect(checkImage(top)).toMatchObject({ corruptions: 0, leaks: 0 });
    remount("ro");
    const readOnly = failureOf(() => rebaseImage({ path: top, grants }, {}));
    expect(readOnly).toMatchObject({ code: "io", file: top });
    expect(readOnly?.found).toMatch(/read-only/i);
    remount("rw,size=16m");
    rebaseImage({ path: top, grants }, {});
    expect(diskOf(top).equals(disk)).toBe(true);
    expect(readdirSync(at).map((name) => basename(name))).toEqual(["base.raw", "top.qcow2"]);
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openImage } from "../../../../electron/engine/image/open-image";
import { expectBytes } from "../../../helpers/bytes";
import { patternDisk, writeRawFile } from "../../../helpers/pattern-disk";
import { describeWithQemu, qemuImg, qemuIo, runOracle } from "../../../helpers/qemu-img";
import { random, runSeed, type Random } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { filled, handmade, openBytes } from "./handmade";

/** A range of the disk: whole clusters or any bytes. */
function range(r: Random, size: number, cluster: number, whole: boolean): [number, number] {
  const grain = whole ? cluster : r.pick([1, 512]);
  const units = Math.floor(size / grain);
  const at = r.between(0, units);
  const most = Math.max(1, Math.min(units - at, Math.ceil((4 * cluster) / grain)));
  return [at * grain, r.between(1, most + 1) * grain];
}

/** qemu-io commands that leave clusters of every kind behind, in no order. */
function commands(r: Random, size: number, cluster: number): string[] {
  const list: string[] = [];
  // Compressed clusters can only be written where there is nothing yet.
  for (const index of r.shuffled([0, 1, 2, 3, 4, 5, 6]).slice(0, 4)) {
    list.push(`write -c -P ${r.between(1, 256)} ${index * 3 * cluster} ${cluster}`);
  }
  for (let i = 0; i < 16; i++) {
    const kind = r.pick(["write", "write", "write", "write -z", "write -z -u", "discard"] as const);
    const [at, length] = range(r, size, cluster, kind !== "write" && r.chance(0.8));
    const command = kind === "write" ? `write -P ${r.between(1, 256)}` : kind;
    list.push(`${command} ${at} ${length}`);
  }
  return list;
}

/** Cluster size in bytes, other options. */
const layouts: readonly (readonly [number, string])[] = [
  [512, "compat=0.10"],
  [65536, "compat=0.10"],
  [2097152, "compat=0.10"],
  [512, "refcount_bits=1"],
  [1024, "refcount_bits=64"],
  [4096, "refcount_bits=2"],
  [65536, "refcount_bits=4"],
  [131072, "refcount_bits=8"],
  [2097152, "refcount_bits=32"],
  [16384, "extended_l2=on"],
  [65536, "extended_l2=on,refcount_bits=32"],
  [2097152, "extended_l2=on"],
];

describeWithQemu("random layouts by qemu-io read as qemu-img reads them", () => {
  for (const [i, [clusterSize, options]] of layouts.entries()) {
    for (const backed of [false, true]) {
      const seed = runSeed + i * 2 + Number(backed);
      it(`${clusterSize}, ${options}${backed ? ", backed" : ""} (seed ${seed})`, () => {
        const r = random(seed);
        const folder = tempFolder();
        const path = join(folder, "a.qcow2");
        const raw = join(folder, "a.raw");
        const size = 22 * clusterSize + 512 * r.between(0, 3);
        const all = `${options},cluster_size=${clusterSize}`;
        const args = ["create", "-q", "-f", "qcow2", "-o", all];
        if (backed) {
          writeRawFile(join(folder, "base.raw"), patternDisk(r, Math.floor(size * 0.8)));
          args.push("-b", "base.raw", "-F", "raw");
        }
        qemuImg([...args, path, String(size)]);
        const list = commands(r, size, clusterSize).flatMap((command) => ["-c", command]);
        const { stdout, stderr } = runOracle("qemu-io", [
          "-d",
          "unmap",
          "-f",
          "qcow2",
          ...list,
          path,
        ]);
        expect(stdout + stderr).not.toMatch(/failed|error/i);
        qemuImg(["convert", "-f", "qcow2", "-O", "raw", path, raw]);
        expectSame(path, readFileSync(raw), r);
      });
    }
  }
});

/** Reads the whole disk, pieces of it at odd places, and its extents. */
function expectSame(path: string, model: Uint8Array, r: Random): void {
  const image = openImage({ path, format: "qcow2", grants: [] });
  try {
    expect(image.size).toBe(model.length);
    const whole = new Uint8Array(model.length);
    image.read(0, whole);
    expectBytes(whole, model);
    for (let i = 0; i < 50; i++) {
      const at = r.between(0, model.length);
      const piece = new Uint8Array(r.between(1, Math.min(100_000, model.length - at) + 1));
      image.read(at, piece);
      expectBytes(piece, model.subarray(at, at + piece.length), at);
    }
    let next = 0;
    for (const { at, run } of image.extents()) {
      expect(at).toBe(next);
      next += run.length;
      if (run.kind !== "zero" && run.kind !== "unallocated") continue;
      expectBytes(model.subarray(at, at + run.length), new Uint8Array(run.length), at);
    }
    expect(next).toBe(model.length);
  } finally {
    image.close();
  }
}

describeWithQemu("images that qemu leaves behind", () => {
  function expectAsConverted(path: string): void {
    const raw = `${path}.raw`;
    qemuImg(["convert", "-f", "qcow2", "-O", "raw", path, raw]);
    expectSame(path, readFileSync(raw), random(runSeed));
  }

  it("after a shrink, with a gap in the refcount table", () => {
    const path = join(tempFolder(), "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", "-o", "cluster_size=512", path, "4M"]);
    qemuIo(path, "qcow2", ["write -P 1 0 100k", "write -P 2 3M 200k", "write -P 3 1M 7"]);
    qemuImg(["resize", "-q", "--shrink", path, "1100288"]);
    expectAsConverted(path);
  });

  it("with snapshots of other sizes than the disk's", () => {
    const path = join(tempFolder(), "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", path, "1M"]);
    qemuIo(path, "qcow2", ["write -P 1 0 300k"]);
    qemuImg(["snapshot", "-c", "small", path]);
    qemuImg(["resize", "-q", path, "3M"]);
    qemuIo(path, "qcow2", ["write -P 2 100k 5k", "write -P 3 2500000 4096"]);
    qemuImg(["snapshot", "-c", "large", path]);
    qemuIo(path, "qcow2", ["write -z 0 64k"]);
    expectAsConverted(path);
  });

  it("when it was killed: dirty, with stale refcounts", () => {
    const path = join(tempFolder(), "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", "-o", "lazy_refcounts=on", path, "1M"]);
    runOracle("qemu-io", [
      "-f",
      "qcow2",
      "-c",
      "write -P 9 7 90k",
      "-c",
      "flush",
      "-c",
      "abort",
      path,
    ]);
    const image = openImage({ path, format: "qcow2", grants: [] });
    expect(image.layers[0]?.facts.dirty).toBe(true);
    image.close();
    expectAsConverted(path);
  });

  it("with every table preallocated", () => {
    const path = join(tempFolder(), "a.qcow2");
    const options = "preallocation=metadata,extended_l2=on";
    qemuImg(["create", "-q", "-f", "qcow2", "-o", options, path, "3M"]);
    qemuIo(path, "qcow2", ["write -P 9 70000 5"]);
    expectAsConverted(path);
  });
});

describe("a disk of 1 PiB", () => {
  it("is mapped without a look at each of its clusters", () => {
    const clusterBits = 16;
    const bytes = handmade({ clusterBits, size: 2 ** 50, data: filled(0, 0) });
    const l1Entries = 2 ** (50 - 16 - 13);
    const large = new Uint8Array(bytes.length + l1Entries * 8);
    large.set(bytes);
    const view = new DataView(large.buffer);
    view.setUint32(36, l1Entries);
    view.setBigUint64(40, BigInt(bytes.length));
    // The last entry alone has a table: the one that handmade images have.
    view.setBigUint64(large.length - 8, 4n * 65536n);
    view.setBigUint64(5 * 65536 - 8, 2n * 65536n);
    const layer = openBytes(large);
    const start = performance.now();
    const first = layer.map(0, layer.size);
    expect(first).toEqual({ kind: "unallocated", length: 2 ** 50 - 65536 });
    expect(layer.map(first.length, 2 ** 50)).toMatchObject({ kind: "data", at: 131072 });
    // 2^34 clusters, looked at one by one, would take minutes.
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

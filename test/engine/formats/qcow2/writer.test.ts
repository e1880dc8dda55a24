import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { OptionValues } from "../../../../shared/model/format";
import { qcow2 } from "../../../../electron/engine/formats/qcow2";
import { openImage } from "../../../../electron/engine/image/open-image";
import { memoryTarget } from "../../../../electron/engine/io/memory";
import { expectBytes } from "../../../helpers/bytes";
import { patternDisk } from "../../../helpers/pattern-disk";
import {
  describeWithQemu,
  mustBeIdentical,
  qemuImg,
  qemuIo,
  qemuJson,
} from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { imageErrorOf } from "./handmade";
import { blocksOf, writeImage, type Block } from "./written-image";

/** qemu-img finds neither errors nor leaks, and every cluster where it says. */
function expectClean(path: string): void {
  const check = qemuJson<Record<string, unknown>>(["check", "-f", "qcow2", path]);
  expect(check).toMatchObject({ "check-errors": 0 });
  for (const key of ["leaks", "corruptions"]) expect(check[key] ?? 0).toBe(0);
}

const clusterSizes = Array.from({ length: 13 }, (_, i) => 512 * 2 ** i);
const widths = ["1", "2", "4", "8", "16", "32", "64"];

function combinations(): OptionValues[] {
  const list: OptionValues[] = [];
  for (const [i, cluster_size] of clusterSizes.entries()) {
    const refcount_bits = widths[i % widths.length]!;
    list.push({ compat: "0.10", cluster_size });
    list.push({ cluster_size, refcount_bits, lazy_refcounts: i % 2 === 0 });
    if (cluster_size >= 16384) list.push({ cluster_size, refcount_bits, extended_l2: true });
  }
  for (const refcount_bits of widths) {
    list.push({ cluster_size: 512, refcount_bits });
    list.push({ refcount_bits, lazy_refcounts: true });
  }
  return list;
}

describeWithQemu("written images", () => {
  for (const [i, options] of combinations().entries()) {
    const seed = runSeed + i;
    it(`${JSON.stringify(options)} (seed ${seed})`, () => {
      const r = random(seed);
      const folder = tempFolder();
      const path = join(folder, "a.qcow2");
      const blockSize = Number(options["cluster_size"] ?? 65536);
      // Ends inside a cluster; with small clusters it takes many L2 tables and refcount blocks.
      const size = Math.max(blockSize === 512 ? 3_000_000 : 800_000, 2 * blockSize) + 512;
      const disk = patternDisk(r, size).bytes;
      writeFileSync(join(folder, "a.raw"), disk);
      writeImage(path, { size, options, blocks: blocksOf(disk, blockSize) }, r);
      expectClean(path);
      mustBeIdentical(join(folder, "a.raw"), path, "raw", "qcow2");
      const image = openImage({ path, format: "qcow2", grants: [] });
      const read = new Uint8Array(size);
      image.read(0, read);
      image.close();
      expectBytes(read, disk);
    });
  }

  it("can be written to and check clean after", () => {
    const path = join(tempFolder(), "a.qcow2");
    const r = random(runSeed);
    const disk = patternDisk(r, 2 ** 20).bytes;
    const options = { cluster_size: 4096, refcount_bits: "1" };
    writeImage(path, { size: disk.length, options, blocks: blocksOf(disk, 4096) }, r);
    qemuIo(path, "qcow2", [
      "write -P 5 100 300000",
      "write -z 500000 1000",
      "read -P 5 100 300000",
    ]);
    expectClean(path);
  });

  it("have no leaks when slots were handed out and not used", () => {
    const path = join(tempFolder(), "a.qcow2");
    const r = random(runSeed);
    const disk = patternDisk(r, 2 ** 20).bytes;
    const options = { cluster_size: 4096 };
    const blocks = blocksOf(disk, 4096);
    writeImage(path, { size: disk.length, options, blocks, unusedSlots: 37 }, r);
    expectClean(path);
  });

  it.each([
    [2 ** 50, { cluster_size: 2 ** 21 }],
    [7 * 2 ** 50, { cluster_size: 2 ** 21, extended_l2: true }],
    [2 ** 51, {}],
    [2 ** 37, { cluster_size: 512, refcount_bits: "64" }],
  ])("of %i bytes with %j hold data at both ends", (size, options: OptionValues) => {
    const folder = tempFolder();
    const path = join(folder, "a.qcow2");
    const blockSize = Number(options["cluster_size"] ?? 65536);
    const block = (index: number, value: number): Block => ({
      index,
      bytes: new Uint8Array(blockSize).fill(value),
    });
    const last = size / blockSize - 1;
    const blocks = [block(0, 1), block(last / 2 - 0.5, 2), block(last, 3)];
    writeImage(path, { size, options, blocks }, random(runSeed));
    expectClean(path);
    qemuIo(path, "qcow2", [
      `read -P 1 0 ${blockSize}`,
      `read -P 2 ${blocks[1]!.index * blockSize} 512`,
      `read -P 3 ${size - blockSize} ${blockSize}`,
    ]);
    expect(statSync(path).blocks * 512).toBeLessThan(20 * 2 ** 20);
  });
});

describeWithQemu("empty images", () => {
  it.each([
    [0, {}],
    [1000, {}],
    [2 ** 30, {}],
    [10 * 2 ** 30, { compat: "0.10" }],
    [2 ** 30, { cluster_size: 512, refcount_bits: "8" }],
    [2 ** 30, { cluster_size: 4096, lazy_refcounts: true }],
    [2 ** 40, { cluster_size: 2 ** 21, extended_l2: true }],
    [2 ** 31, { cluster_size: 512, refcount_bits: "64" }],
  ] as const)("of %i bytes with %j are as qemu-img's", (size, options: OptionValues) => {
    const folder = tempFolder();
    const path = join(folder, "ours.qcow2");
    const theirs = join(folder, "theirs.qcow2");
    writeImage(path, { size, options, blocks: [] }, random(1));
    const text = Object.entries(options).map(([name, value]) =>
      typeof value === "boolean" ? `${name}=on` : `${name}=${value}`,
    );
    const args = text.length > 0 ? ["-o", text.join()] : [];
    qemuImg(["create", "-q", "-f", "qcow2", ...args, theirs, String(size)]);
    expectClean(path);
    mustBeIdentical(path, theirs, "qcow2", "qcow2");
    // qemu-img leaves a gap behind refcount blocks made ahead of need; ours is never longer.
    expect(statSync(path).size).toBeLessThanOrEqual(statSync(theirs).size);
    expect(headerOf(path)).toEqual(headerOf(theirs));
    // Scripts look for the tables where qemu-img puts them.
    if (options["cluster_size"] !== 512)
      expect(Buffer.compare(readFileSync(path), readFileSync(theirs))).toBe(0);
  });
});

/** The first cluster without what depends on where the tables lie. */
function headerOf(path: string): string {
  const file = readFileSync(path);
  const header = file.subarray(0, 2 ** file.readUInt32BE(20));
  // L1 table offset, refcount table offset and clusters.
  header.fill(0, 40, 60);
  return header.toString("latin1");
}

describeWithQemu("overlays", () => {
  it.each([
    ["raw", {}],
    ["qcow2", { compat: "0.10" }],
    ["qcow2", { cluster_size: 512 }],
  ])("on a %s base with %j", (format, options: OptionValues) => {
    const folder = tempFolder();
    const [path, theirs] = [join(folder, "ours.qcow2"), join(folder, "theirs.qcow2")];
    qemuImg(["create", "-q", "-f", format, join(folder, "base.img"), "1M"]);
    qemuIo(join(folder, "base.img"), format, ["write -P 1 1000 500000"]);
    const backing = { name: "base.img", format };
    const blockSize = Number(options["cluster_size"] ?? 65536);
    const blocks = [{ index: 1, bytes: new Uint8Array(blockSize).fill(2) }];
    writeImage(path, { size: 2 ** 20, options, backing, blocks }, random(1));
    const text = Object.entries(options).map(([name, value]) => `${name}=${value}`);
    const args = text.length > 0 ? ["-o", text.join()] : [];
    const backingArgs = ["-b", "base.img", "-F", format];
    qemuImg(["create", "-q", "-f", "qcow2", ...args, ...backingArgs, theirs, "1M"]);
    qemuIo(theirs, "qcow2", [`write -P 2 ${blockSize} ${blockSize}`]);
    expectClean(path);
    mustBeIdentical(path, theirs, "qcow2", "qcow2");
    expect(headerOf(path)).toEqual(headerOf(theirs));
  });

  it("take a backing name of 1023 bytes and no longer one", () => {
    const create = (length: number, options: OptionValues) => {
      const backing = { name: "x".repeat(length), format: "raw" };
      const writer = qcow2.create!(memoryTarget(), { size: 512, options, backing });
      writer.finish(0);
    };
    create(1023, {});
    expect(imageErrorOf(() => create(1024, {})).code).toBe("invalid-argument");
    // The header, the format's extension and the end marker leave this much of 512 bytes.
    create(376, { cluster_size: 512 });
    expect(imageErrorOf(() => create(377, { cluster_size: 512 })).code).toBe("invalid-argument");
  });
});

describe("creating", () => {
  const attempt = (size: number, options: OptionValues) =>
    imageErrorOf(() => qcow2.create!(memoryTarget(), { size, options }));

  it.each([
    [{ cluster_size: 1000 }, "Cluster size must be a power of two between 512 and 2048k"],
    [{ cluster_size: 256 }, "Cluster size must be a power of two between 512 and 2048k"],
    [{ cluster_size: 2 ** 22 }, "Cluster size must be a power of two between 512 and 2048k"],
    [{ refcount_bits: "3" }, "Refcount width must be a power of two and may not exceed 64 bits"],
    [{ refcount_bits: 128 }, "Refcount width must be a power of two and may not exceed 64 bits"],
    [{ compat: "2" }, "Parameter 'compat' does not accept value '2'"],
    [{ lazy_refcounts: "maybe" }, "Parameter 'lazy_refcounts' expects 'on' or 'off'"],
    [{ speed: "high" }, "Invalid parameter 'speed'"],
    [{ compat: "0.10", refcount_bits: "8" }, "Different refcount widths than 16 bits require"],
    [{ compat: "0.10", lazy_refcounts: true }, "Lazy refcounts are only supported with"],
    [{ compat: "0.10", extended_l2: true }, "Extended L2 entries are only supported with"],
    [{ cluster_size: 8192, extended_l2: true }, "cluster sizes of at least 16384 bytes"],
  ] as const)("refuses %j", (options: OptionValues, words) => {
    const error = attempt(2 ** 20, options);
    expect(error.code).toBe("invalid-argument");
    expect(error.message).toContain(words);
  });

  it.each([
    [2 ** 37 + 512, { cluster_size: 512 }],
    [2 ** 51 + 512, {}],
    [2 ** 50 + 512, { extended_l2: true }],
  ])("refuses %i bytes with %j: the L1 table would be too large", (size, options: OptionValues) => {
    expect(attempt(size, options).message).toContain("try using a larger cluster size");
  });

  it("refuses sizes that are none", () => {
    for (const size of [-1, NaN, Infinity, 2 ** 53]) {
      expect(attempt(size, { cluster_size: 2 ** 21 }).code).toBe("invalid-argument");
    }
  });

  it("refuses more data than refcounts can count, while it is placed", () => {
    const options = { cluster_size: 512, refcount_bits: "64" };
    const writer = qcow2.create!(memoryTarget(), { size: 2 ** 37, options });
    // 8 MiB of refcount table, 64 clusters a block: 32 GiB.
    writer.placed(0, 2 ** 25, 1);
    const error = imageErrorOf(() => writer.placed(1, 2 ** 26, 1));
    expect(error.code).toBe("limit");
  });
});

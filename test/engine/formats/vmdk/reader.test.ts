import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { expectBytes } from "../../../helpers/bytes";
import { patternDisk, writeRawFile, type PatternDisk } from "../../../helpers/pattern-disk";
import { describeWithQemu, qemuImg, qemuIo, qemuJson } from "../../../helpers/qemu-img";
import { random, runSeed, type Random } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { guestBytes, openChain, openPath, runsOf } from "./opened";

interface Info {
  "virtual-size": number;
  "cluster-size"?: number;
  "format-specific": { data: object };
}

/** What qemu-img says of the image, the order of keys included, and every byte that it reads. */
function expectAsQemu(folder: string, name: string): void {
  const [layer, ...parents] = openChain(join(folder, name));
  const info = qemuJson<Info>(["info", join(folder, name)]);
  expect(JSON.stringify(layer!.facts.formatSpecific)).toBe(
    JSON.stringify(info["format-specific"].data),
  );
  expect(layer!.size).toBe(info["virtual-size"]);
  expect(layer!.facts.clusterSize).toBe(info["cluster-size"]);
  qemuImg(["convert", "-O", "raw", name, "as-qemu.raw"], folder);
  expectBytes(guestBytes(layer!, ...parents), readFileSync(join(folder, "as-qemu.raw")));
}

/** Writes whole sectors of random patterns in random order, zeros among them. */
function scribble(path: string, size: number, rng: Random, writes = 60): void {
  const sectors = size / 512;
  const commands = Array.from({ length: writes }, () => {
    const at = rng.between(0, sectors);
    const length = Math.min(rng.between(1, 300), sectors - at) * 512;
    return rng.chance(0.15)
      ? `write -z ${at * 512} ${length}`
      : `write -P ${rng.between(1, 256)} ${at * 512} ${length}`;
  });
  qemuIo(path, "vmdk", commands);
}

/** Two tables with a short last grain, and less than a grain. */
const sizes = [65536 * 512 + 512 * 3, 25 * 512];

describeWithQemu(`images of qemu-img (seed ${runSeed})`, () => {
  it.each([
    "subformat=monolithicSparse",
    "subformat=monolithicSparse,zeroed_grain=on",
    "subformat=monolithicFlat",
    "subformat=twoGbMaxExtentSparse",
    "subformat=twoGbMaxExtentFlat",
  ])("written in random order: %s", (options) => {
    const rng = random(runSeed ^ options.length);
    for (const size of sizes) {
      const folder = tempFolder();
      qemuImg(["create", "-q", "-f", "vmdk", "-o", options, "a.vmdk", String(size)], folder);
      scribble(join(folder, "a.vmdk"), size, rng);
      expectAsQemu(folder, "a.vmdk");
    }
  });

  it.each(["streamOptimized", "monolithicSparse"])("converted: %s", (subformat) => {
    const rng = random(runSeed ^ 99);
    for (const size of [25 * 512, 5_000_000]) {
      const folder = tempFolder();
      const disk: PatternDisk = patternDisk(rng, size);
      writeRawFile(join(folder, "a.raw"), disk);
      const convert = ["convert", "-f", "raw", "-O", "vmdk", "-o", `subformat=${subformat}`];
      qemuImg([...convert, "a.raw", "a.vmdk"], folder);
      expectAsQemu(folder, "a.vmdk");
      const layer = openPath(join(folder, "a.vmdk"));
      expect(layer.facts.compression).toBe(subformat === "streamOptimized" ? "zlib" : undefined);
      // An odd size is rounded up to whole sectors.
      expectBytes(guestBytes(layer).subarray(0, size), disk.bytes);
    }
  });

  it("data at the seams of a disk that is split into three extents", () => {
    const folder = tempFolder();
    const path = join(folder, "a.vmdk");
    const seam = 2 ** 31;
    for (const subformat of ["twoGbMaxExtentSparse", "twoGbMaxExtentFlat"]) {
      qemuImg(["create", "-q", "-f", "vmdk", "-o", `subformat=${subformat}`, path, "5G"]);
      qemuIo(path, "vmdk", [
        `write -P 7 ${2 * seam - 4096} 8192`,
        `write -P 5 ${seam - 4096} 8192`,
        `write -P 9 ${5 * 2 ** 30 - 512} 512`,
      ]);
      const layer = openPath(path);
      const read = (at: number, length: number): Set<number> => {
        const bytes = new Uint8Array(length);
        for (let done = 0; done < length;) {
          const run = layer.map(at + done, length - done);
          if (run.kind === "data") run.source.read(run.at, bytes.subarray(done, done + run.length));
          done += run.length;
        }
        return new Set(bytes);
      };
      expect(read(seam - 4096, 8192)).toEqual(new Set([5]));
      expect(read(2 * seam - 4096, 8192)).toEqual(new Set([7]));
      expect(read(5 * 2 ** 30 - 512, 512)).toEqual(new Set([9]));
      expect(read(seam - 8192, 4096)).toEqual(new Set([0]));
      expect(layer.size).toBe(5 * 2 ** 30);
      const info = qemuJson<Info>(["info", path]);
      expect(layer.facts.formatSpecific).toEqual(info["format-specific"].data);
    }
  });

  it("a child names its parent and lets it shine through", () => {
    const rng = random(runSeed ^ 7);
    const folder = tempFolder();
    const size = 65536 * 40;
    qemuImg(["create", "-q", "-f", "vmdk", "base.vmdk", String(size)], folder);
    scribble(join(folder, "base.vmdk"), size, rng);
    for (const subformat of ["monolithicSparse", "twoGbMaxExtentSparse"]) {
      const options = ["-o", `subformat=${subformat},zeroed_grain=on`];
      const backing = ["-b", "base.vmdk", "-F", "vmdk"];
      qemuImg(["create", "-q", "-f", "vmdk", ...options, ...backing, "child.vmdk"], folder);
      scribble(join(folder, "child.vmdk"), size, rng, 12);
      expect(openPath(join(folder, "child.vmdk")).parent).toMatchObject({
        name: "base.vmdk",
        format: "vmdk",
      });
      expectAsQemu(folder, "child.vmdk");
    }
  });

  it("256 GiB with one grain are mapped without visiting every grain", () => {
    const path = join(tempFolder(), "a.vmdk");
    qemuImg(["create", "-q", "-f", "vmdk", path, "256G"]);
    qemuIo(path, "vmdk", ["write -P 3 128G 512"]);
    const half = 2 ** 37;
    expect(runsOf(openPath(path))).toEqual([
      [0, half, "unallocated"],
      [half, 65536, "data"],
      [half + 65536, half - 65536, "unallocated"],
    ]);
    expect(statSync(path).size).toBeGreaterThan(2 ** 25);
  });

  it("an empty disk, which qemu-img itself cannot open", () => {
    const path = join(tempFolder(), "a.vmdk");
    qemuImg(["create", "-q", "-f", "vmdk", path, "0"]);
    expect(openPath(path).size).toBe(0);
  });
});

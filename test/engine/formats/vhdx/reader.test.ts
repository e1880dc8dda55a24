import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openFile } from "../../../../electron/engine/io/file";
import { expectBytes } from "../../../helpers/bytes";
import { patternDisk, writeRawFile } from "../../../helpers/pattern-disk";
import { describeWithQemu, qemuImg, qemuIo } from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { MiB, open, read } from "./handmade";

const size = 12 * MiB + 512 * 5;

describeWithQemu("images made by qemu", () => {
  it.each([
    "subformat=dynamic,block_size=1M",
    "subformat=dynamic,block_size=2M",
    "subformat=dynamic",
    "subformat=dynamic,block_state_zero=off,block_size=1M",
    "subformat=dynamic,log_size=4M,block_size=16M",
    "subformat=fixed",
    "subformat=fixed,block_size=1M",
  ])(`with %s read like the array model, converted (seed ${runSeed})`, (options) => {
    const disk = patternDisk(random(runSeed), size, 2 * MiB);
    const path = join(tempFolder(), "image.vhdx");
    writeRawFile(`${path}.raw`, disk);
    // With block_state_zero off, qemu-img writes what is zero only when it is told to compare nothing.
    const sparse = options.includes("zero=off") ? ["-S", "0"] : [];
    qemuImg(["convert", ...sparse, "-f", "raw", "-O", "vhdx", "-o", options, `${path}.raw`, path]);
    const image = open(openFile(path));
    expectBytes(read(image, 0, size), disk.bytes);
    image.close();
  });

  it.each(["block_size=1M", "block_size=2M", "block_size=1M,block_state_zero=off"])(
    `with %s read like the array model, written in any order (seed ${runSeed})`,
    (options) => {
      const r = random(runSeed);
      const path = join(tempFolder(), "image.vhdx");
      qemuImg(["create", "-q", "-f", "vhdx", "-o", options, path, String(size)]);
      const expected = new Uint8Array(size);
      const commands = Array.from({ length: 30 }, () => {
        const at = r.between(0, size / 512) * 512;
        const length = Math.min(size - at, r.between(1, 600) * 512);
        const value = r.between(1, 256);
        expected.fill(value, at, at + length);
        return `write -P ${value} ${at} ${length}`;
      });
      qemuIo(path, "vhdx", commands);
      const image = open(openFile(path));
      expectBytes(read(image, 0, size), expected);
      let end = 0;
      for (const { at, run } of image.extents()) {
        expect(at).toBe(end);
        end += run.length;
      }
      expect(end).toBe(size);
      for (let turn = 0; turn < 100; turn += 1) {
        const at = r.between(0, size);
        const length = Math.min(size - at, r.between(1, 2 * MiB));
        expectBytes(read(image, at, length), expected.subarray(at, at + length), at);
      }
      image.close();
    },
  );

  it("beyond 4 GiB find their blocks behind a sector bitmap's entry", () => {
    const path = join(tempFolder(), "large.vhdx");
    qemuImg(["create", "-q", "-f", "vhdx", "-o", "block_size=1M", path, "9G"]);
    const seams = [4 * 2 ** 30, 8 * 2 ** 30];
    qemuIo(path, "vhdx", ["write -P 1 0 4k", ...seams.map((at) => `write -P 2 ${at - 4096} 8k`)]);
    const image = open(openFile(path));
    for (const at of seams) expectBytes(read(image, at - 4096, 8192), new Uint8Array(8192).fill(2));
    const stored = [...image.extents()].filter(({ run }) => run.kind === "data");
    expect(stored.reduce((sum, { run }) => sum + run.length, 0)).toBe(5 * MiB);
    image.close();
  });

  it("keep their file as it is", () => {
    const path = join(tempFolder(), "image.vhdx");
    qemuImg(["create", "-q", "-f", "vhdx", path, "1M"]);
    const before = readFileSync(path);
    const image = open(openFile(path));
    expect(image.size).toBe(MiB);
    image.close();
    expectBytes(readFileSync(path), before);
  });
});

import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { convert, openSource } from "../../../../electron/engine";
import { stackLayers } from "../../../../electron/engine/image/disk-image";
import { growImage } from "../../../../electron/engine/ops/source/grown";
import { joinImages } from "../../../../electron/engine/ops/source/joined";
import { patchImage } from "../../../../electron/engine/ops/source/patched";
import { patternDisk, writeRawFile } from "../../../helpers/pattern-disk";
import { describeWithQemu, mustBeIdentical, qemuImg } from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { randomLayer } from "../../image/block-layer";
import { jobOf } from "../convert-job";
import { expectDisk } from "./disk-model";

describe(`a source made of images, seed ${runSeed}`, () => {
  it.each([0, 1, 2, 3])("joins, grows and patches disks, layout %i", (index) => {
    const numbers = random(runSeed + index);
    const layers = [1, 2, 3].map(() => {
      const blockSize = numbers.pick([512, 4096]);
      return randomLayer(numbers, numbers.between(1, 30 * blockSize), blockSize);
    });
    const joined = joinImages(layers.map((layer) => stackLayers([layer])));
    const bytes = Buffer.concat(layers.map((layer) => layer.bytes));
    expectDisk(joined, bytes, numbers);
    expect(joined.layers).toEqual(layers);

    const grown = growImage(joined, bytes.length + numbers.between(1, 5000));
    const grownBytes = Buffer.concat([bytes, Buffer.alloc(grown.size - bytes.length)]);
    expectDisk(grown, grownBytes, numbers);

    const patches = [grown.size - 3, 5, Math.floor(grown.size / 2)].map((at) => {
      const patch = new Uint8Array(numbers.between(1, 4));
      numbers.fill(patch);
      return { at, bytes: patch };
    });
    for (const { at, bytes: patch } of patches) grownBytes.set(patch, at);
    const patched = patchImage(grown, patches);
    expectDisk(patched, grownBytes, numbers);
    patched.close();
    expect(layers.map((layer) => layer.closed())).toEqual([true, true, true]);
  });

  it("tells in which layer an extent lies", () => {
    const numbers = random(runSeed + 10);
    const layers = [1, 2, 3].map(() => randomLayer(numbers, 4096, 512));
    const [a, b, c] = layers;
    const joined = joinImages([stackLayers([a!, b!]), stackLayers([c!])]);
    for (const { at, depth } of joined.extents()) expect(depth < 2).toBe(at < 4096);
  });

  it("refuses to shrink, and sizes that no disk has", () => {
    const folder = tempFolder();
    const path = join(folder, "a.raw");
    writeFileSync(path, new Uint8Array(4096));
    const images = [{ path, grants: [] }];
    for (const size of [4095, 4097, 0, Number.NaN, 2 ** 60]) {
      const refused = expect.objectContaining({ code: "invalid-argument" });
      expect(() => openSource({ images, size })).toThrow(refused);
    }
    expect(() => openSource({ images: [] })).toThrow(/nothing to read/);
    const target = join(folder, "b.qcow2");
    expect(() => convert(jobOf(path, target, "qcow2", { source: { images, size: 512 } }))).toThrow(
      expect.objectContaining({ code: "invalid-argument" }),
    );
    expect(readdirSync(folder)).toEqual(["a.raw"]);
  });

  it("closes what it has opened when another image cannot be", () => {
    const path = join(tempFolder(), "a.raw");
    writeFileSync(path, new Uint8Array(512));
    const open = () => readdirSync("/proc/self/fd").length;
    const before = process.platform === "linux" ? open() : 0;
    const images = [path, `${path}.none`].map((one) => ({ path: one, grants: [] }));
    expect(() => openSource({ images })).toThrow(expect.objectContaining({ code: "missing-file" }));
    if (process.platform === "linux") expect(open()).toBe(before);
  });
});

describeWithQemu(`converting several images at once, seed ${runSeed}`, () => {
  it.each(["raw", "qcow2"] as const)("makes the same %s of them as qemu-img", (format) => {
    const numbers = random(runSeed + 20);
    const folder = tempFolder();
    const path = (name: string) => join(folder, name);
    writeRawFile(path("a"), patternDisk(numbers, 700 * 512));
    writeRawFile(path("b.raw"), patternDisk(numbers, 3_000_320));
    qemuImg(["convert", "-c", "-f", "raw", "-O", "qcow2", path("b.raw"), path("b")]);
    qemuImg(["convert", "-f", "raw", "-O", format, path("a"), path("b.raw"), path("theirs")]);
    const images = ["a", "b", "a"].map((name) => ({ path: path(name), grants: [] }));
    convert(jobOf("", path("ours"), format, { source: { images: images.slice(0, 2) } }));
    mustBeIdentical(path("ours"), path("theirs"), format, format);
    qemuImg(["resize", "-f", format, path("theirs"), "9M"]);
    const source = { images: images.slice(0, 2), size: 9 * 1024 * 1024 };
    convert(jobOf("", path("grown"), format, { source, replace: true }));
    mustBeIdentical(path("grown"), path("theirs"), format, format);
  });

  it("does not write over any of them", () => {
    const folder = tempFolder();
    const images = ["a", "b"].map((name) => ({ path: join(folder, name), grants: [] }));
    for (const { path } of images) writeFileSync(path, new Uint8Array(512));
    const job = jobOf("", images[1]!.path, "raw", { source: { images }, replace: true });
    expect(() => convert(job)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  });
});

import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { convert, createControl, openImage } from "../../../electron/engine";
import { measureEncoded } from "../../../electron/engine/ops/measure-compressed";
import type { OptionValues } from "../../../shared/model/format";
import { exactFolder } from "../../helpers/exact-folder";
import { diskOf, writeRawFile, type PatternRun } from "../../helpers/pattern-disk";
import { random, runSeed, type Random } from "../../helpers/seed";
import { makeCompressible } from "./compressible";
import { jobOf } from "./convert-job";

const MIB = 2 ** 20;

/** A disk of data that compresses more or less well, of random data, written zeros and holes. */
function mixedDisk(path: string, size: number, numbers: Random, longest: number): void {
  const runs: PatternRun[] = [];
  for (let at = 0; at < size;) {
    const length = Math.min(numbers.between(1, longest) * 4096, size - at);
    const kind = numbers.pick(["data", "data", "data", "zero", "hole"] as const);
    runs.push({ kind, at, length });
    at += length;
  }
  const disk = diskOf(numbers, size, runs);
  makeCompressible(disk, numbers);
  writeRawFile(path, disk);
}

function measured(path: string, options: OptionValues, mostBytes?: number) {
  const image = openImage({ path, grants: [] });
  try {
    const spec = { size: image.size, options, compress: true };
    const control = createControl();
    const sampled = measureEncoded(image, "qcow2", spec, mostBytes)!;
    const result = sampled.run(control);
    expect(control.done).toBe(sampled.total);
    return { ...result, read: sampled.total };
  } finally {
    image.close();
  }
}

function converted(source: string, options: OptionValues): number {
  const target = `${source}.converted`;
  convert(jobOf(source, target, "qcow2", { options, compress: true, replace: true }));
  return statSync(target).size;
}

describe(`what compressed qcow2 takes (seed ${runSeed})`, () => {
  it.each<OptionValues>([
    {},
    { cluster_size: 512 },
    { cluster_size: 4096, refcount_bits: "1" },
    { cluster_size: 2 ** 21, extended_l2: true },
    { compat: "0.10" },
  ])("is exact with %j where all is looked at", (options) => {
    const source = join(exactFolder().path, "source");
    mixedDisk(source, 5 * MIB + 512, random(runSeed), 60);
    const { fileLength, estimated } = measured(source, options);
    expect(fileLength).toBe(converted(source, options));
    expect(estimated).toBeUndefined();
  });

  it.each([
    ["small pieces", { cluster_size: 4096 }, 20],
    ["long pieces", { cluster_size: 4096 }, 2000],
    ["large clusters", { cluster_size: 16_384 }, 4000],
  ])("is within 5 %% with %s, of which an eighth is looked at", (_, options, longest) => {
    const source = join(exactFolder().path, "source");
    // Always the same disks: a sample may miss what it stands for, only rarely.
    mixedDisk(source, 32 * MIB, random(20), longest);
    const { fileLength, estimated, read } = measured(source, options, 4 * MIB);
    const real = converted(source, options);
    expect(read).toBeLessThanOrEqual(4 * MIB);
    expect(estimated?.sampled).toBe(read);
    // What it says of itself, too; of a disk that is all alike it says 0.
    expect(estimated!.error).toBeLessThan(0.05);
    expect(Math.abs(fileLength - real) / real).toBeLessThan(0.05);
  });

  it("of stream-optimized VMDK is exact, or nearly so", () => {
    const source = join(exactFolder().path, "source");
    mixedDisk(source, 16 * MIB + 512, random(20), 2000);
    const options = { subformat: "streamOptimized" };
    const target = `${source}.vmdk`;
    convert(jobOf(source, target, "vmdk", { options }));
    const real = statSync(target).size;
    const image = openImage({ path: source, grants: [] });
    const spec = { size: image.size, options };
    const measure = (mostBytes?: number) =>
      measureEncoded(image, "vmdk", spec, mostBytes)!.run(createControl());
    expect(measure()).toMatchObject({ fileLength: real });
    const { fileLength, estimated } = measure(4 * MIB);
    expect(estimated!.error).toBeGreaterThan(0);
    expect(Math.abs(fileLength - real) / real).toBeLessThan(0.05);
    image.close();
  });

  it("comes to the same each time", () => {
    const source = join(exactFolder().path, "source");
    mixedDisk(source, 8 * MIB, random(runSeed), 100);
    expect(measured(source, {}, MIB)).toEqual(measured(source, {}, MIB));
  });

  it("of a disk of nothing is its tables", () => {
    const source = join(exactFolder().path, "source");
    writeRawFile(source, { size: MIB, runs: [], bytes: new Uint8Array(0) });
    const { fileLength, read } = measured(source, {});
    expect(fileLength).toBe(converted(source, {}));
    expect(read).toBe(0);
  });

  it("is not for what is stored as it is", () => {
    const source = join(exactFolder().path, "source");
    writeRawFile(source, { size: MIB, runs: [], bytes: new Uint8Array(0) });
    const image = openImage({ path: source, grants: [] });
    expect(measureEncoded(image, "raw", { size: MIB, options: {} })).toBeUndefined();
    image.close();
  });
});

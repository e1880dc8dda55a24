import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { convert, createControl, openImage, type Control } from "../../../electron/engine";
import type { OptionValues } from "../../../shared/model/format";
import { expectBytes } from "../../helpers/bytes";
import { patternDisk, writeRawFile, type PatternDisk } from "../../helpers/pattern-disk";
import {
  describeWithQemu,
  mustBeIdentical,
  qemuImg,
  qemuIo,
  qemuJson,
} from "../../helpers/qemu-img";
import { random, runSeed, type Random } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { makeCompressible } from "./compressible";
import { jobOf, writeIslands } from "./convert-job";
import { randomChain } from "./random-image";

const MIB = 1024 * 1024;

interface Check {
  readonly "compressed-clusters"?: number;
  readonly "allocated-clusters"?: number;
}

/** qemu-img finds neither errors nor leaks. */
function checked(path: string): Check {
  const check = qemuJson<Check & Record<string, unknown>>(["check", "-f", "qcow2", path]);
  expect(check).toMatchObject({ "check-errors": 0 });
  for (const key of ["leaks", "corruptions"]) expect(check[key] ?? 0).toBe(0);
  return check;
}

/** Our own reader gives the same bytes. */
function expectReads(path: string, bytes: Uint8Array): void {
  const image = openImage({ path, format: "qcow2", grants: [] });
  const read = new Uint8Array(image.size);
  image.read(0, read);
  image.close();
  expectBytes(read.subarray(0, bytes.length), bytes);
}

function mixedDisk(numbers: Random, size: number, longest?: number): PatternDisk {
  const disk = patternDisk(numbers, size, longest);
  makeCompressible(disk, numbers);
  return disk;
}

const fromRaw = (path: string) => ({ path, format: "raw", grants: [] }) as const;

function combinations(): OptionValues[] {
  const widths = ["1", "2", "4", "8", "16", "32", "64"];
  const sizes = Array.from({ length: 13 }, (_, power) => 512 * 2 ** power);
  return [
    ...[512, 65_536, 2 * MIB].map((cluster_size) => ({ cluster_size, compat: "0.10" })),
    ...sizes.map((cluster_size, nth) => ({
      cluster_size,
      refcount_bits: widths[nth % widths.length]!,
      lazy_refcounts: nth % 2 === 0,
    })),
    ...[16_384, 65_536, 2 * MIB].map((cluster_size) => ({ cluster_size, extended_l2: true })),
  ];
}

describeWithQemu("compressed qcow2", () => {
  it.each(
    combinations().map((options, index) => [JSON.stringify(options), options, index] as const),
  )(`%s is what qemu-img reads, seed ${runSeed}`, (_, options, index) => {
    const numbers = random(runSeed + index);
    const folder = tempFolder();
    const [source, target] = ["a.raw", "b.qcow2"].map((name) => join(folder, name));
    const cluster = Number(options["cluster_size"] ?? 65_536);
    const size = Math.max(cluster < 4096 ? MIB : 3 * MIB, 3 * cluster) + numbers.pick([0, 512]);
    const disk = mixedDisk(numbers, size, Math.max(100_000, 2 * cluster));
    writeRawFile(source!, disk, numbers);
    convert(
      jobOf(source!, target!, "qcow2", { compress: true, options, source: fromRaw(source!) }),
    );
    checked(target!);
    mustBeIdentical(source!, target!, "raw", "qcow2");
    expectReads(target!, disk.bytes);
  });

  it.each([0, 1, 2, 3])(`flattens a chain, layout %i, seed ${runSeed}`, (index) => {
    const numbers = random(runSeed + 100 + index);
    const folder = tempFolder();
    const { path, format } = randomChain(numbers, folder, "chain");
    const target = join(folder, "flat.qcow2");
    const source = { path, format, grants: [] };
    convert(jobOf(path, target, "qcow2", { compress: true, source }));
    checked(target);
    mustBeIdentical(path, target, format, "qcow2");
  });

  it.each([0, 1, 511, 512, 12_345, 65_537, MIB + 1])("keeps a disk of %i bytes", (size) => {
    const folder = tempFolder();
    const [source, target] = ["a", "b.qcow2"].map((name) => join(folder, name));
    const bytes = new Uint8Array(size).fill(65);
    random(size + 1).fill(bytes.subarray(0, size / 3));
    writeFileSync(source!, bytes);
    convert(jobOf(source!, target!, "qcow2", { compress: true, source: fromRaw(source!) }));
    checked(target!);
    mustBeIdentical(source!, target!, "raw", "qcow2");
    expectReads(target!, bytes);
  });

  it("stores zeros nowhere, and what does not get shorter as it is", () => {
    const folder = tempFolder();
    const [zeros, noise, target] = ["a", "b", "c.qcow2"].map((name) => join(folder, name));
    writeFileSync(zeros!, new Uint8Array(3 * MIB));
    convert(jobOf(zeros!, target!, "qcow2", { compress: true, source: fromRaw(zeros!) }));
    expect(checked(target!)["allocated-clusters"] ?? 0).toBe(0);
    const bytes = new Uint8Array(2 * MIB);
    random(runSeed).fill(bytes);
    writeFileSync(noise!, bytes);
    // Bytes that are never zero can be compressed, but by a thousandth at most.
    const over = { compress: true, replace: true, source: fromRaw(noise!) };
    convert(jobOf(noise!, target!, "qcow2", over));
    const found = checked(target!);
    expect(found["allocated-clusters"]).toBe(32);
    expect(found["compressed-clusters"] ?? 0).toBe(0);
    mustBeIdentical(noise!, target!, "raw", "qcow2");
  });

  it("is at most 5 % longer than qemu-img's", () => {
    const folder = tempFolder();
    const [source, ours, theirs] = ["a", "b", "c"].map((name) => join(folder, name));
    const types = resolve(import.meta.dirname, "../../../node_modules/@types/node");
    const text = readdirSync(types)
      .filter((name) => name.endsWith(".d.ts"))
      .map((name) => readFileSync(join(types, name)));
    const noise = new Uint8Array(MIB + 4096);
    random(1).fill(noise);
    writeFileSync(source!, Buffer.concat([...text, noise, ...text.slice(0, 20)]));
    convert(jobOf(source!, ours!, "qcow2", { compress: true, source: fromRaw(source!) }));
    qemuImg(["convert", "-c", "-f", "raw", "-O", "qcow2", source!, theirs!]);
    const length = statSync(theirs!).size;
    expect(length).toBeLessThan(statSync(source!).size * 0.7);
    expect(statSync(ours!).size).toBeLessThan(length * 1.05);
  });

  it("can be written to afterwards", () => {
    const numbers = random(runSeed + 300);
    const folder = tempFolder();
    const [source, target] = ["a.raw", "b.qcow2"].map((name) => join(folder, name));
    writeRawFile(source!, mixedDisk(numbers, 4 * MIB));
    const options = { cluster_size: 4096, refcount_bits: "4" };
    convert(jobOf(source!, target!, "qcow2", { compress: true, options }));
    for (const [path, format] of [
      [source!, "raw"],
      [target!, "qcow2"],
    ] as const) {
      qemuIo(path, format, ["write -P 5 100 300000", "write -z 1000000 300000"]);
    }
    checked(target!);
    mustBeIdentical(source!, target!, "raw", "qcow2");
  });
});

describe("compressing", () => {
  it("is refused by a format that cannot", () => {
    const folder = tempFolder();
    const source = join(folder, "a.raw");
    writeIslands(source, 4, MIB);
    const job = jobOf(source, join(folder, "b.raw"), "raw", { compress: true });
    expect(() => convert(job)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
    expect(readdirSync(folder)).toEqual(["a.raw"]);
  });

  it.each([1, 7, 20])("leaves nothing when it is cancelled at look %i", (last) => {
    const folder = tempFolder();
    const source = join(folder, "a.raw");
    writeIslands(source, 20, MIB);
    const inner = createControl();
    let looks = 0;
    const throwIfCancelled = (): void => {
      if (++looks === last) inner.cancel();
      inner.throwIfCancelled();
    };
    const control = Object.create(inner, {
      throwIfCancelled: { value: throwIfCancelled },
    }) as Control;
    const job = jobOf(source, join(folder, "b.qcow2"), "qcow2", { compress: true, control });
    expect(() => convert(job)).toThrow(expect.objectContaining({ code: "cancelled" }));
    // Two for an operation: before it is read, and before its one block is encoded.
    expect(inner.done).toBe(Math.floor((last - 1) / 2) * 4096);
    expect(readdirSync(folder)).toEqual(["a.raw"]);
  });
});

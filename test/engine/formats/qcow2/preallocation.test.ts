import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { convert, createImage, openImage } from "../../../../electron/engine";
import { qcow2 } from "../../../../electron/engine/formats/qcow2";
import { memoryTarget } from "../../../../electron/engine/io/memory";
import { nativeCalls } from "../../../../electron/engine/io/native";
import type { OptionValues } from "../../../../shared/model/format";
import { exactFolder } from "../../../helpers/exact-folder";
import { patternDisk } from "../../../helpers/pattern-disk";
import { describeWithQemu, mustBeIdentical, qemuImg, qemuIo } from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { allocatedBytes, jobOf } from "../../ops/convert-job";

const ways = nativeCalls()?.allocate ? ["metadata", "falloc", "full"] : ["metadata", "full"];
const kinds: readonly OptionValues[] = [
  {},
  { cluster_size: 512 },
  { cluster_size: 2048, refcount_bits: "1" },
  { cluster_size: 2 ** 21 },
  { compat: "0.10", cluster_size: 4096 },
  { extended_l2: true, lazy_refcounts: true },
  { extended_l2: true, cluster_size: 16384, refcount_bits: "64" },
];
const sorts = ways.flatMap((preallocation) => kinds.map((kind) => ({ preallocation, ...kind })));

/** Sizes that end within a cluster, a host block and a sector. */
const size = 3 * 2 ** 20 + 1536;

const asText = (options: OptionValues): string =>
  Object.entries(options)
    .map(([name, value]) => `${name}=${value === true ? "on" : value}`)
    .join();

function create(path: string, options: OptionValues): void {
  createImage({ path, format: "qcow2", spec: { size, options }, replace: true, flush: false });
}

/** Fails unless `ours` takes no more than `theirs`, and as much of the host where all is taken. */
function expectSizes(ours: string, theirs: string, preallocation: unknown): void {
  // Data begins with a host block, and not within one as qemu-img's may with smaller clusters.
  expect(statSync(ours).size).toBeLessThan(statSync(theirs).size + 4096);
  const more = allocatedBytes(ours) - allocatedBytes(theirs);
  expect(more).toBeLessThanOrEqual(allocatedBytes(theirs) / 50);
  if (preallocation !== "metadata") expect(allocatedBytes(ours)).toBeGreaterThanOrEqual(size);
}

describeWithQemu(`preallocated disks (seed ${runSeed})`, () => {
  it.each(sorts)("%j, empty, are qemu-img's", (options) => {
    const { path } = exactFolder();
    const [ours, theirs] = [join(path, "ours"), join(path, "theirs")];
    create(ours, options);
    qemuImg(["create", "-q", "-f", "qcow2", "-o", asText(options), theirs, String(size)]);
    qemuImg(["check", ours]);
    mustBeIdentical(ours, theirs, "qcow2", "qcow2");
    expectSizes(ours, theirs, options.preallocation);

    // Every cluster has its place: what the guest writes makes the file no longer.
    const length = statSync(ours).size;
    qemuIo(ours, "qcow2", ["write -P 3 1000 2M", `write -P 4 ${size - 512} 512`]);
    const whole = Math.ceil(length / 65536) * 65536;
    expect(statSync(ours).size).toBeLessThanOrEqual(Math.max(length, whole));
    qemuImg(["check", ours]);
  });

  it.each(sorts)("%j, converted to, are qemu-img's", (options) => {
    const { path } = exactFolder();
    const [source, ours, theirs] = [join(path, "source"), join(path, "ours"), join(path, "theirs")];
    writeFileSync(source, patternDisk(random(runSeed), size).bytes);
    convert(jobOf(source, ours, "qcow2", { options }));
    qemuImg(["convert", "-f", "raw", "-O", "qcow2", "-o", asText(options), source, theirs]);
    qemuImg(["check", ours]);
    mustBeIdentical(source, ours, "raw", "qcow2");
    expectSizes(ours, theirs, options.preallocation);
    const image = openImage({ path: ours, grants: [] });
    const places = [...image.extents()].map(({ at, run }) =>
      run.kind === "data" ? run.at - at : "none",
    );
    image.close();
    expect(new Set(places).size, "one place for the whole disk").toBe(1);
  });

  it("stand on a base with extended L2 entries, and show it", () => {
    const { path } = exactFolder();
    const [base, top] = [join(path, "base"), join(path, "top")];
    writeFileSync(base, patternDisk(random(runSeed), size).bytes);
    const options = { preallocation: "metadata", extended_l2: true };
    const backing = { name: "base", format: "raw" };
    const spec = { size, options, backing };
    createImage({ path: top, format: "qcow2", spec, replace: false, flush: false });
    qemuImg(["check", top]);
    mustBeIdentical(base, top, "raw", "qcow2");
  });
});

describe("preallocation", () => {
  const attempt = (options: OptionValues, more: object) => () =>
    qcow2.create!(memoryTarget(), {
      size,
      options: { preallocation: "metadata", ...options },
      ...more,
    });

  it("does not go with compression, nor without extended L2 entries with a base", () => {
    expect(attempt({}, { compress: true })).toThrow("not supported at the same time");
    expect(attempt({}, { backing: { name: "base", format: "raw" } })).toThrow(
      "if extended_l2 is on",
    );
    expect(attempt({ preallocation: "some" }, {})).toThrow("does not accept value 'some'");
  });

  it("does not pretend to have reserved space where the host cannot", () => {
    const target = { ...memoryTarget(), allocate: () => {} };
    const spec = { size, options: { preallocation: "falloc" } };
    expect(() => qcow2.create!(target, spec)).toThrow(
      expect.objectContaining({ code: "unsupported" }),
    );
  });
});

import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { convert, createImage, formats } from "../../../electron/engine";
import type { FormatId, OptionValues } from "../../../shared/model/format";
import { exactFolder } from "../../helpers/exact-folder";
import { describeWithQemu, mustBeIdentical } from "../../helpers/qemu-img";
import { random, runSeed } from "../../helpers/seed";
import { samples } from "../conformance/samples";
import { thrownBy } from "../io/thrown";
import { jobOf } from "./convert-job";

const MIB = 1024 * 1024;
const size = 6 * MIB;

/** Every way to make an image of its full length, by what its options are without reserved space. */
const kinds: readonly (readonly [FormatId, OptionValues])[] = [
  ["raw", {}],
  ["vdi", { static: true }],
  ["vpc", { subformat: "fixed" }],
  ["vhdx", { subformat: "fixed" }],
  ["vmdk", { subformat: "monolithicFlat" }],
  ["vmdk", { subformat: "twoGbMaxExtentFlat" }],
];

/** Length and taken space of all files of an image. */
function taken(folder: string): { length: number; allocated: number } {
  const stats = readdirSync(folder)
    .filter((name) => name.startsWith("disk"))
    .map((name) => statSync(join(folder, name)));
  return {
    length: stats.reduce((sum, each) => sum + each.size, 0),
    allocated: stats.reduce((sum, { blocks }) => sum + blocks * 512, 0),
  };
}

/** A disk of which only its two ends hold something. */
function sparseDisk(path: string): void {
  const bytes = new Uint8Array(size);
  random(runSeed).fill(bytes.subarray(0, 64 * 1024));
  random(runSeed + 1).fill(bytes.subarray(size - 8192));
  writeFileSync(path, bytes);
}

describeWithQemu(`space that is asked for is taken (seed ${runSeed})`, () => {
  it.each(kinds)("by a new %s image, %j", (format, options) => {
    const thin = exactFolder().path;
    sparseDisk(join(thin, "source"));
    convert(jobOf(join(thin, "source"), join(thin, "disk"), format, { options }));
    const { length, allocated } = taken(thin);
    expect(allocated).toBeLessThan(2 * MIB);
    for (const preallocation of ["falloc", "full"]) {
      const folder = exactFolder().path;
      const [source, target] = [join(thin, "source"), join(folder, "disk")];
      convert(jobOf(source, target, format, { options: { ...options, preallocation } }));
      const made = taken(folder);
      expect(made.length).toBe(length);
      expect(made.allocated, preallocation).toBeGreaterThanOrEqual(length);
      mustBeIdentical(source, target, "raw", samples[format].qemuName);
    }
  });

  it.each(kinds)("by an empty %s image, %j", (format, options) => {
    for (const preallocation of ["falloc", "full"]) {
      const folder = exactFolder().path;
      const target = join(folder, "disk");
      const spec = { size, options: { ...options, preallocation } };
      createImage({ path: target, format, spec, replace: false, flush: false });
      const { length, allocated } = taken(folder);
      expect(allocated, preallocation).toBeGreaterThanOrEqual(length);
    }
  });

  it("and refused to an image that grows", () => {
    const growing = formats.filter(({ options }) =>
      options.some((spec) => spec.kind === "choice" && spec.onlyWith !== undefined),
    );
    expect(growing.map(({ id }) => id).toSorted()).toEqual(["vdi", "vhdx", "vmdk", "vpc"]);
    for (const { id } of growing) {
      const folder = exactFolder().path;
      const target = join(folder, "disk");
      const spec = { size, options: { preallocation: "falloc" } };
      const error = thrownBy(() =>
        createImage({ path: target, format: id, spec, replace: false, flush: false }),
      );
      expect(error).toMatchObject({ code: "invalid-argument", found: "falloc" });
      expect(readdirSync(folder)).toEqual([]);
    }
  });
});

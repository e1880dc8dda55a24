import { join } from "node:path";
import { readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { convert, convertInSteps, createControl, createImage } from "../../../../electron/engine";
import { raw } from "../../../../electron/engine/formats/raw";
import type { OptionValues } from "../../../../shared/model/format";
import { closedGate } from "../../../../electron/engine/image/gate";
import { stackLayers } from "../../../../electron/engine/image/disk-image";
import { createFile, openFile } from "../../../../electron/engine/io/file";
import { memorySource, memoryTarget } from "../../../../electron/engine/io/memory";
import { nativeCalls } from "../../../../electron/engine/io/native";
import { expectBytes } from "../../../helpers/bytes";
import { exactFolder } from "../../../helpers/exact-folder";
import { diskOf, writeRawFile } from "../../../helpers/pattern-disk";
import { describeWithQemu, qemuImg, qemuJson } from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { allocatedBytes, jobOf, writeIslands } from "../../ops/convert-job";

interface MapEntry {
  readonly start: number;
  readonly length: number;
  readonly zero: boolean;
  readonly offset: number;
}

/** Our extents in the words of qemu-img map. */
function mapOf(path: string) {
  const image = stackLayers([raw.open(openFile(path), closedGate)]);
  try {
    return [...image.extents()].map(({ at, run }) => {
      const offset = run.kind === "data" || run.kind === "zero" ? run.at : undefined;
      return { start: at, length: run.length, zero: run.kind === "zero", offset };
    });
  } finally {
    image.close();
  }
}

function qemuMapOf(path: string) {
  return qemuJson<MapEntry[]>(["map", "-f", "raw", path]).map(
    ({ start, length, zero, offset }) => ({ start, length, zero, offset }),
  );
}

function create(size: number, options: OptionValues = {}) {
  const target = memoryTarget();
  const writer = raw.create!(target, { size, options });
  return { target, writer };
}

const invalid = expect.objectContaining({ code: "invalid-argument" });

describe("a raw image", () => {
  it.each([
    [0, 0],
    [1, 512],
    [512, 512],
    [12345, 12800],
  ])("of %i bytes has a virtual size of %i, and zeros to its end", (length, size) => {
    const image = stackLayers([raw.open(memorySource(new Uint8Array(length).fill(7)), closedGate)]);
    expect(image.size).toBe(size);
    const bytes = new Uint8Array(size);
    image.read(0, bytes);
    expect(bytes).toEqual(Uint8Array.from({ length: size }, (_, at) => (at < length ? 7 : 0)));
  });

  it("answers every byte itself: what the file lacks to a whole sector hides a parent", () => {
    const layer = raw.open(memorySource(new Uint8Array(700).fill(7)), closedGate);
    expect(layer.map(700, 300)).toEqual({ kind: "zero", at: 700, length: 300 });
    expect(layer.map(690, 300)).toMatchObject({ kind: "data", at: 690, length: 10 });
  });

  it("makes an image of whole sectors", () => {
    const { target, writer } = create(12345);
    writer.finish(0);
    expect(target.size).toBe(12800);
    expect(writer.placement).toEqual({ kind: "linear", base: 0, blockSize: 4096 });
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("has no size of %d", (size) => {
    expect(() => create(size)).toThrow(invalid);
  });

  it("refuses options that it has not, and backing files", () => {
    expect(() => create(512, { cluster_size: 65536 })).toThrow(invalid);
    expect(() => create(512, { preallocation: "metadata" })).toThrow(invalid);
    const spec = { size: 512, options: {}, backing: { name: "base.img" } };
    expect(() => raw.create!(memoryTarget(), spec)).toThrow(invalid);
  });

  it("does not pretend to have reserved space where the host cannot", () => {
    const target = { ...memoryTarget(), allocate: () => {} };
    const spec = { size: 2 ** 20, options: { preallocation: "falloc" } };
    expect(() => raw.create!(target, spec)).toThrow(
      expect.objectContaining({ code: "unsupported" }),
    );
  });

  it.runIf(nativeCalls()?.allocate)(
    "reserves the whole size with preallocation falloc (skipped where koffi is absent)",
    () => {
      const target = createFile(join(tempFolder(), "thick.img"));
      raw.create!(target, { size: 3_000_000, options: { preallocation: "falloc" } }).finish(0);
      expect(target.size).toBe(Math.ceil(3_000_000 / 512) * 512);
      expect(target.allocated).toBeGreaterThanOrEqual(target.size);
      target.close();
    },
  );
});

describeWithQemu("a preallocated raw file", () => {
  const ways = nativeCalls()?.allocate ? ["falloc", "full"] : ["full"];
  it.each(ways)("has qemu-img's sizes with preallocation %s", (preallocation) => {
    const { path: folder } = exactFolder();
    const [ours, theirs] = [join(folder, "ours"), join(folder, "theirs")];
    for (const size of [0, 1000, 3_000_000]) {
      const spec = { size, options: { preallocation } };
      createImage({ path: ours, format: "raw", spec, replace: true, flush: false });
      const option = `preallocation=${preallocation}`;
      qemuImg(["create", "-q", "-f", "raw", "-o", option, theirs, String(size)]);
      expect(statSync(ours).size).toBe(statSync(theirs).size);
      expect(allocatedBytes(ours)).toBe(allocatedBytes(theirs));
    }
  });

  it("is written in full before the data comes, and cancelled meanwhile leaves nothing", () => {
    const { path: folder } = exactFolder();
    const [source, target] = [join(folder, "source"), join(folder, "target")];
    writeIslands(source, 3, 2 ** 20);
    const options = { preallocation: "full" };
    const control = createControl();
    const steps = convertInSteps(jobOf(source, target, "raw", { options, control }));
    steps.next();
    control.cancel();
    expect(() => steps.next()).toThrow(expect.objectContaining({ code: "cancelled" }));
    expect(readdirSync(folder)).toEqual(["source"]);

    convert(jobOf(source, target, "raw", { options }));
    expectBytes(readFileSync(target), readFileSync(source));
    expect(allocatedBytes(target)).toBe(3 * 2 ** 20);
  });
});

describeWithQemu("a raw file's map", () => {
  const native = nativeCalls() !== undefined;

  it.runIf(native)(
    `is qemu-img's, holes and all (skipped where koffi is absent; seed ${runSeed})`,
    () => {
      const chance = random(runSeed);
      const path = join(tempFolder(), "sparse.img");
      const runs = Array.from({ length: 40 }, (_, index) => ({
        kind: chance.pick(["data", "hole"] as const),
        at: index * 65536,
        length: 65536,
      }));
      writeRawFile(path, diskOf(chance, 40 * 65536, runs), chance);
      expect(mapOf(path)).toEqual(qemuMapOf(path));
      truncateSync(path, 3_000_001);
      expect(mapOf(path)).toEqual(qemuMapOf(path));
    },
  );

  it("has qemu-img's size where the file ends within a sector", () => {
    const path = join(tempFolder(), "odd.img");
    writeFileSync(path, new Uint8Array(12345).fill(1));
    const args = ["info", "-f", "raw", path];
    expect(qemuJson<object>(args)).toMatchObject({ "virtual-size": 12800 });
    expect(mapOf(path)).toEqual(qemuMapOf(path));
  });
});

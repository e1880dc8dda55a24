import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fields } from "../../../../electron/engine/codec/fields";
import type { CreateSpec } from "../../../../electron/engine/formats/format";
import { vhdx } from "../../../../electron/engine/formats/vhdx";
import { closedGate } from "../../../../electron/engine/image/gate";
import { memoryTarget } from "../../../../electron/engine/io/memory";
import type { ByteTarget } from "../../../../electron/engine/io/source";
import type { OptionValues } from "../../../../shared/model/format";
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
import { plainFacts } from "../../../helpers/plain-facts";
import { filled, MiB, open, read } from "./handmade";
import { writeImage, writeInto, type Stretch } from "./written-image";

const optionSets: readonly OptionValues[] = [
  {},
  { block_size: MiB },
  { block_size: 2 * MiB },
  { block_size: 256 * MiB },
  { subformat: "fixed" },
  { subformat: "fixed", block_size: MiB },
  { block_state_zero: true, log_size: 3 * MiB, block_size: MiB },
  { subformat: "fixed", block_state_zero: true },
];

/** A random disk's data as stretches. */
function randomDisk(size: number) {
  const r = random(runSeed);
  const disk = patternDisk(r, size, 900_000);
  const stretches = disk.runs
    .filter(({ kind }) => kind === "data")
    .map(({ at, length }): Stretch => ({ at, bytes: disk.bytes.subarray(at, at + length) }));
  return { r, disk, stretches };
}

function emptyImage(spec: Partial<CreateSpec> & { size: number }): ByteTarget {
  const target = memoryTarget("new.vhdx");
  vhdx.create!(target, { options: {}, ...spec }).finish(0);
  return target;
}

describe.each(optionSets.map((options) => [JSON.stringify(options), options] as const))(
  "an image with %s",
  (_, options) => {
    const size = 9 * MiB + 512 * 3;

    it(`reads as it was written (seed ${runSeed})`, () => {
      const { r, disk, stretches } = randomDisk(size);
      const target = memoryTarget();
      writeInto(target, { size, options }, stretches, r);
      const image = open(target);
      expect(image.size).toBe(size);
      expectBytes(read(image, 0, size), disk.bytes);
      expect(target.size % MiB).toBe(0);
    });

    describeWithQemu("against qemu-img", () => {
      it(`is the same disk, and in good order (seed ${runSeed})`, () => {
        const { r, disk, stretches } = randomDisk(size);
        const path = join(tempFolder(), "own.vhdx");
        writeImage(path, { size, options }, stretches, r);
        const plain = `${path}.raw`;
        writeFileSync(plain, disk.bytes);
        mustBeIdentical(path, plain, "vhdx", "raw");
        expect(qemuImg(["check", "-f", "vhdx", path])).toMatch(/No errors/);
      });
    });
  },
);

describe("what is written", () => {
  it("has the size asked for, in whole sectors", () => {
    for (const [asked, size] of [
      [0, 0],
      [1, 512],
      [512, 512],
      [513, 1024],
      [2 ** 46, 2 ** 46],
    ] as const)
      expect(open(emptyImage({ size: asked })).size).toBe(size);
  });

  it("has fresh GUIDs, and two whole headers and region tables", () => {
    const guidsOf = (): unknown[] => {
      const { details } = vhdx.open(emptyImage({ size: MiB }), closedGate).facts;
      expect(details.filter(({ value }) => /damaged/.test(String(value)))).toEqual([]);
      const wanted = ["VirtualDiskId", "FileWriteGuid", "DataWriteGuid"];
      return details.filter(({ name }) => wanted.includes(name)).map(({ value }) => value);
    };
    expect(new Set([...guidsOf(), ...guidsOf()]).size).toBe(6);
  });

  it("tells what it is", () => {
    const { facts } = vhdx.open(
      emptyImage({ size: MiB, options: { subformat: "fixed" } }),
      closedGate,
    );
    expect(plainFacts(facts).details).toContainEqual({ name: "subformat", value: "fixed" });
    expect(plainFacts(facts).details).toContainEqual({ name: "Creator", value: "Lamina" });
    expect(plainFacts(facts).details).toContainEqual({ name: "PhysicalSectorSize", value: 512 });
    expect(facts.dirty).toBeUndefined();
  });

  it.each([
    [2 ** 30, 8],
    [2 ** 30 + 512, 16],
    [100 * 2 ** 30 + 512, 32],
    [32 * 2 ** 40 + 512, 64],
  ])("has, for a disk of %i bytes, blocks of %i MiB", (size, mebibytes) => {
    expect(open(emptyImage({ size })).layers[0]?.blockSize).toBe(mebibytes * MiB);
  });

  it("takes no space for a table of nothing", () => {
    const target = emptyImage({ size: 2 ** 46, options: { block_size: MiB } });
    expect(target.size).toBe(3 * MiB + 513 * MiB);
    expect(target.allocated).toBeLessThan(MiB);
  });

  it("has every block of a fixed disk in its place", () => {
    const size = 5 * 2 ** 30 + 512;
    const target = emptyImage({ size, options: { subformat: "fixed", block_size: MiB } });
    expect(target.size).toBe(4 * MiB + 5121 * MiB);
    const extents = [...open(target).extents()].map(({ at, run }) => [at, run.kind, run.length]);
    expect(extents).toEqual([[0, "data", size]]);
  });

  it("can have more blocks than a page of the table's map", () => {
    const size = 40_000 * MiB;
    const target = memoryTarget();
    const at = [0, 4095, 4096, 16_383, 16_384, 32_767, 32_768, 39_999];
    const stretches = at.map((block) => ({ at: block * MiB, bytes: filled(8, block % 251) }));
    writeInto(target, { size, options: { block_size: MiB } }, stretches, random(runSeed));
    const image = open(target);
    for (const { at: from, bytes } of stretches) expectBytes(read(image, from, 8), bytes);
    const data = [...image.extents()].filter(({ run }) => run.kind === "data");
    expect(data.reduce((sum, { run }) => sum + run.length, 0)).toBe(at.length * MiB);
  });
});

describe("the options of qemu-img", () => {
  it.each([1, MiB, MiB + 1, 5 * MiB])("log_size %i gives a log of whole MiB", (log_size) => {
    const target = emptyImage({ size: 9 * MiB, options: { log_size } });
    const header = fields(read(target, 64 * 1024, 4096), { order: "little" });
    expect(header.u32(68)).toBe(Math.ceil(log_size / MiB) * MiB);
    expect(header.u64(72)).toBe(MiB);
    const image = open(target);
    expect(image.size).toBe(9 * MiB);
    expectBytes(read(image, 9 * MiB - 8, 8), new Uint8Array(8));
  });

  it("block_state_zero tells blocks without data as zero, also past the first chunk", () => {
    const options = { block_state_zero: true, block_size: MiB };
    const target = emptyImage({ size: 5000 * MiB, options });
    expect([...open(target).extents()]).toEqual([
      { at: 0, depth: 0, run: { kind: "zero", length: 5000 * MiB } },
    ]);
    // The entry of a sector bitmap block between the chunks stays "not present".
    const states = read(target, 3 * MiB, 5001 * 8).filter((_, at) => at % 8 === 0);
    expect(states.indexOf(0)).toBe(4096);
    expect(states.lastIndexOf(0)).toBe(4096);
  });
});

describe("what cannot be written", () => {
  it.each([
    [{ size: 2 ** 46 + 1 }],
    [{ size: -1 }],
    [{ size: 1.5 }],
    [{ size: MiB, options: { subformat: "differencing" } }],
    [{ size: MiB, options: { block_size: 3 * MiB } }],
    [{ size: MiB, options: { block_size: 512 * MiB } }],
    [{ size: MiB, options: { block_size: "1M" } }],
    [{ size: MiB, options: { log_size: 0 } }],
    [{ size: MiB, options: { log_size: 2 ** 32 } }],
    [{ size: MiB, options: { block_state_zero: "on" } }],
    [{ size: MiB, options: { static: true } }],
    [{ size: MiB, backing: { name: "base.vhdx" } }],
  ])("is refused: %o", (spec) => {
    const target = memoryTarget();
    expect(() => vhdx.create!(target, { options: {}, ...spec })).toThrow(
      expect.objectContaining({ code: "invalid-argument" }),
    );
    expect(target.size).toBe(0);
  });

  it("is a block of a fixed disk that asks for a slot", () => {
    const writer = vhdx.create!(memoryTarget(), { size: MiB, options: { subformat: "fixed" } });
    expect(() => writer.placed(0, 0, 1)).toThrow(
      expect.objectContaining({ code: "invalid-argument" }),
    );
  });
});

describeWithQemu("for qemu", () => {
  it.each(["dynamic", "fixed"])(
    "blocks past the first chunk are where it looks for them: %s",
    (subformat) => {
      const size = 5 * 2 ** 30;
      const path = join(tempFolder(), "large.vhdx");
      const stretches = [0, 4095, 4096, 4097, 5119].map((block, n) => ({
        at: block * MiB,
        bytes: filled(MiB, n + 1),
      }));
      const options = { subformat, block_size: MiB };
      writeImage(path, { size, options }, stretches, random(runSeed));
      qemuIo(
        path,
        "vhdx",
        stretches.map(({ at, bytes }) => `read -P ${bytes[0]} ${at} ${bytes.length}`),
      );
      const empty = [1, 4094, 4098, 5118];
      qemuIo(
        path,
        "vhdx",
        empty.map((block) => `read -P 0 ${block * MiB} 1M`),
      );
      expect(qemuImg(["check", "-f", "vhdx", path])).toMatch(/No errors/);
      expect(statSync(path).blocks * 512).toBeLessThan(8 * MiB);
    },
  );

  it("an image can be written to", () => {
    const path = join(tempFolder(), "own.vhdx");
    writeImage(
      path,
      { size: 64 * MiB, options: {} },
      [{ at: MiB, bytes: filled(MiB, 1) }],
      random(1),
    );
    qemuIo(path, "vhdx", [`write -P 7 ${20 * MiB} 1M`, `write -P 8 ${MiB} 64k`]);
    qemuIo(path, "vhdx", [
      `read -P 7 ${20 * MiB} 1M`,
      `read -P 8 ${MiB} 64k`,
      `read -P 1 ${MiB + 65536} ${MiB - 65536}`,
    ]);
    expect(qemuImg(["check", "-f", "vhdx", path])).toMatch(/No errors/);
  });

  it("is what it says", () => {
    const path = join(tempFolder(), "own.vhdx");
    writeImage(path, { size: 3 * MiB, options: { block_size: 4 * MiB } }, [], random(1));
    expect(qemuJson(["info", path])).toMatchObject({
      format: "vhdx",
      "virtual-size": 3 * MiB,
      "cluster-size": 4 * MiB,
      "dirty-flag": false,
    });
  });
});

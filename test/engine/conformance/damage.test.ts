import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ImageError } from "../../../electron/engine/errors";
import type { Format } from "../../../electron/engine/formats/format";
import { formats } from "../../../electron/engine/formats/registry";
import type { DiskImage } from "../../../electron/engine/image/disk-image";
import { memorySource } from "../../../electron/engine/io/memory";
import { patternDisk } from "../../helpers/pattern-disk";
import { describeWithQemu } from "../../helpers/qemu-img";
import { random, runSeed, type Random } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { withinAllocation } from "./allocation-watch";
import { openAlone } from "./open-alone";
import { plainSamples } from "./plain-samples";
import { samples, type Sample, type Structure } from "./samples";

const diskSize = 512 * 600;

/** No structure of an image may make us ask for more memory than this at once. */
const mostBytes = 2 ** 28;

/** Milliseconds of CPU time that one damaged image may take; they take a few. */
const mostTime = 3_000;

/** Bytes at the start of each structure that are overwritten one field at a time. */
const overwritten = 128;

interface Damage {
  readonly what: string;
  readonly bytes: Uint8Array;
}

/** The file cut off before, within and at the end of each structure, and at a few other places. */
function* truncations(bytes: Uint8Array, structures: readonly Structure[]): Generator<Damage> {
  for (const { name, at, length } of structures)
    for (const end of [at, at + 1, at + Math.floor(length / 2), at + length - 1, at + length])
      if (end < bytes.length)
        yield { what: `cut off at ${end}, in the ${name}`, bytes: bytes.subarray(0, end) };
  for (const end of [0, 1, 511, 512, bytes.length - 1])
    yield { what: `cut off at ${end}`, bytes: bytes.subarray(0, end) };
}

/** Fields of 1, 4 and 8 bytes at their extremes, in either byte order. */
const extremes: readonly (readonly number[])[] = [1, 4, 8].flatMap((width) => {
  const filled = (first: number, rest: number): number[] =>
    Array.from({ length: width }, (_, index) => (index === 0 ? first : rest));
  const same = [filled(0, 0), filled(0xff, 0xff)];
  const uneven = [filled(0x80, 0), filled(0x7f, 0xff), filled(0, 0xff), filled(1, 0)];
  return width === 1
    ? [...same, ...uneven.slice(0, 2)]
    : [...same, ...uneven, ...uneven.map((field) => field.toReversed())];
});

/** Each structure with one field after the other at its extremes; `bytes` are themselves again afterwards. */
function* overwrites(bytes: Uint8Array, structures: readonly Structure[]): Generator<Damage> {
  for (const { name, at, length } of structures)
    for (const field of extremes)
      for (let from = at; from < at + Math.min(length, overwritten); from += field.length) {
        if (from + field.length > bytes.length) continue;
        const whole = bytes.slice(from, from + field.length);
        bytes.set(field, from);
        yield { what: `${field.join(" ")} at ${from - at} of the ${name}`, bytes };
        bytes.set(whole, from);
      }
}

/** Runs `part`; fails for anything thrown that is not an ImageError. */
function typedOnly<T>(what: string, part: () => T): T | undefined {
  try {
    return part();
  } catch (error) {
    if (error instanceof ImageError) return undefined;
    throw new Error(`${what}: ${String(error)}`, { cause: error });
  }
}

/** Opens, reads here and there, and looks at the first extents. */
function use(what: string, format: Format, bytes: Uint8Array): void {
  const image = typedOnly(what, () => openAlone(format, memorySource(bytes)));
  if (image === undefined) return;
  for (const at of [0, Math.floor(image.size / 2), Math.max(0, image.size - 4096)]) {
    const into = new Uint8Array(Math.min(4096, image.size - at));
    typedOnly(what, () => image.read(at, into));
  }
  typedOnly(what, () => firstExtents(image));
  image.close();
}

function firstExtents(image: DiskImage): void {
  let left = 200;
  for (const { run } of image.extents()) {
    if (run.kind === "encoded" && left > 190) run.decode(new Uint8Array(run.unit));
    left -= 1;
    if (left === 0) return;
  }
}

/** Milliseconds that this process has computed. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Damages an image in every way, or in a part of them that `chance` picks. */
function expectSturdy(format: Format, sample: Sample, part: number, chance: Random): void {
  const bytes = new Uint8Array(readFileSync(sample.path));
  const structures = samples[format.id].structures(bytes);
  let before = cpuTime();
  for (const damages of [truncations(bytes, structures), overwrites(bytes, structures)])
    for (const { what, bytes: damaged } of damages) {
      if (!chance.chance(part)) continue;
      withinAllocation(mostBytes, () => use(`${sample.name}, ${what}`, format, damaged));
      const now = cpuTime();
      const took = now - before;
      before = now;
      if (took > mostTime) expect.fail(`${sample.name}, ${what}: took ${took} ms`);
    }
}

it("notices what asks for too much memory", () => {
  const greedy = [() => new Uint8Array(2 ** 20), () => Array.from({ length: 2 ** 20 })];
  for (const work of greedy)
    expect(() => withinAllocation<unknown>(2 ** 19, work)).toThrow(RangeError);
  expect(withinAllocation(2 ** 20, () => new Uint8Array(2 ** 20))).toHaveLength(2 ** 20);
});

describe.each(formats.map((format) => [format.id, format] as const))(
  "a damaged %s",
  (id, format) => {
    it(`gives an ImageError at worst, made by us (seed ${runSeed})`, () => {
      const chance = random(runSeed);
      const disk = patternDisk(chance, diskSize);
      const images = plainSamples(format, tempFolder(), disk, chance);
      expect(images).not.toEqual([]);
      for (const image of images) expectSturdy(format, image, 1, chance);
    });

    describeWithQemu("against qemu-img", () => {
      it(`gives an ImageError at worst, made by qemu-img (seed ${runSeed})`, () => {
        const chance = random(runSeed);
        const disk = patternDisk(chance, diskSize);
        const images = samples[id].byQemu(tempFolder(), disk, chance);
        expect(images).not.toEqual([]);
        for (const image of images) expectSturdy(format, image, 0.15, chance);
      });
    });
  },
);

import { join } from "node:path";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ImageError } from "../../../electron/engine/errors";
import type { Format } from "../../../electron/engine/formats/format";
import { formats, probeFormat } from "../../../electron/engine/formats/registry";
import { createGate } from "../../../electron/engine/image/gate";
import { openFile } from "../../../electron/engine/io/file";
import { memorySource, memoryTarget } from "../../../electron/engine/io/memory";
import { layerFactsSchema } from "../../../shared/model/facts";
import type { OptionValues } from "../../../shared/model/format";
import { expectBytes } from "../../helpers/bytes";
import { patternDisk } from "../../helpers/pattern-disk";
import { describeWithQemu, mustBeIdentical, qemuImg, runOracle } from "../../helpers/qemu-img";
import { random, runSeed } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { openAlone } from "./open-alone";
import { optionSets } from "./own-images";
import { ownSample, plainSamples } from "./plain-samples";
import { expectReads } from "./reading";
import { samples, type Sample } from "./samples";

/** Whole sectors, and no whole number of any larger block. */
const diskSize = 512 * 2345;

/** A random disk that is the same for the same run. */
function newDisk() {
  const chance = random(runSeed);
  return { chance, disk: patternDisk(chance, diskSize) };
}

/** Fails unless each sample is known for what it is, reads as it should and tells its facts as plain data. */
function expectSamples(format: Format, told: readonly Sample[]): void {
  expect(told).not.toEqual([]);
  for (const sample of told) {
    try {
      expectSample(format, sample);
    } catch (error) {
      throw new Error(`${format.id}, ${sample.name}: ${String(error)}`, { cause: error });
    }
  }
}

function expectSample(format: Format, { path, content }: Sample): void {
  const source = openFile(path);
  const image = openAlone(format, source, createGate([]));
  try {
    expect(probeFormat(source).id).toBe(format.id);
    const { facts } = image.layers[0]!;
    expect(layerFactsSchema.parse(structuredClone(facts))).toEqual(facts);
    expectReads(image, content, random(runSeed));
  } finally {
    image.close();
  }
}

const notHere = "this host cannot give what the option promises";

/** An image with these options; undefined when the host cannot give what one of them promises. */
function written(format: Format, folder: string, options: OptionValues): Sample | undefined {
  const { chance, disk } = newDisk();
  try {
    return ownSample(format, folder, disk, options, chance);
  } catch (error) {
    if (error instanceof ImageError && error.code === "unsupported") return undefined;
    throw error;
  }
}

describe.each(formats.map((format) => [format.id, format] as const))("%s", (id, format) => {
  const { qemuName, byQemu } = samples[id];

  it(`reads images made without any other program (seed ${runSeed})`, () => {
    const { chance, disk } = newDisk();
    expectSamples(format, plainSamples(format, tempFolder(), disk, chance));
  });

  it("says not-this-format for another format's images", () => {
    const { chance, disk } = newDisk();
    const foreign = formats
      .filter((other) => other.id !== id)
      .flatMap((other) => plainSamples(other, tempFolder(), disk, chance))
      .map(({ path }) => memorySource(readFileSync(path)));
    expect(foreign).not.toEqual([]);
    for (const source of foreign.filter((each) => !format.probe(each)))
      expect(() => openAlone(format, source)).toThrow(
        expect.objectContaining({ code: "not-this-format" }),
      );
  });

  describeWithQemu("against qemu-img", () => {
    it(`reads images made by qemu-img and qemu-io (seed ${runSeed})`, () => {
      const { chance, disk } = newDisk();
      expectSamples(format, byQemu(tempFolder(), disk, chance));
    });

    it(`makes images that qemu-img reads as we do (seed ${runSeed})`, () => {
      const { chance, disk } = newDisk();
      const folder = tempFolder();
      const plain = join(folder, "plain.img");
      for (const { path, content } of plainSamples(format, folder, disk, chance)) {
        qemuImg(["convert", "-f", qemuName, "-O", "raw", path, plain]);
        expectBytes(readFileSync(plain), content);
      }
    });
  });

  const { create } = format;
  if (create === undefined) return;

  const size = samples[id].largestEmpty ?? 2 ** 44;
  it(`keeps an empty disk of ${size} bytes small, and tells it in few extents`, () => {
    const target = memoryTarget();
    create(target, { size, options: {} }).finish(0);
    expect(target.allocated).toBeLessThan(2 ** 24);
    const image = openAlone(format, target);
    expect(image.size).toBe(size);
    expect([...image.extents()].length).toBeLessThan(10);
    const last = new Uint8Array(4096).fill(1);
    image.read(size - last.length, last);
    expectBytes(last, new Uint8Array(4096));
  });

  it.each([0, 512])("makes a disk of %i bytes", (size) => {
    const target = memoryTarget();
    create(target, { size, options: {} }).finish(0);
    expectReads(openAlone(format, target), new Uint8Array(size), random(runSeed));
  });

  const sets = optionSets(format).map((set) => [JSON.stringify(set), set] as const);
  describe.each(sets)("written with %s", (_, options) => {
    it(`reads as the array model, blocks in random host order (seed ${runSeed})`, ({ skip }) => {
      const sample = written(format, tempFolder(), options);
      if (sample === undefined) return skip(notHere);
      expectSample(format, sample);
    });

    describeWithQemu("against qemu-img", () => {
      it(`is the same disk and in good order (seed ${runSeed})`, ({ skip }) => {
        const folder = tempFolder();
        const sample = written(format, folder, options);
        if (sample === undefined) return skip(notHere);
        const plain = join(folder, "plain.img");
        writeFileSync(plain, sample.content);
        mustBeIdentical(sample.path, plain, qemuName, "raw");
        const check = runOracle("qemu-img", ["check", "-f", qemuName, sample.path]);
        // 63: qemu-img has nothing to check in this format.
        expect([0, 63], check.stdout + check.stderr).toContain(check.status);
      });
    });
  });
});

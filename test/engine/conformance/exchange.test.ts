import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { formats } from "../../../electron/engine/formats/registry";
import { memoryTarget } from "../../../electron/engine/io/memory";
import { openImage } from "../../../electron/engine/image/open-image";
import { convert } from "../../../electron/engine/ops/convert";
import { beginImage } from "../../../electron/engine/ops/create";
import { createControl, type Control } from "../../../electron/engine/ops/control";
import { operationSize } from "../../../electron/engine/ops/plan";
import type { FormatId } from "../../../shared/model/format";
import { expectBytes } from "../../helpers/bytes";
import { patternDisk } from "../../helpers/pattern-disk";
import { describeWithQemu, mustBeIdentical } from "../../helpers/qemu-img";
import { random, runSeed } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { plainSamples } from "./plain-samples";
import { expectReads } from "./reading";
import { samples } from "./samples";

/** Whole sectors; long enough that a conversion takes several operations of 1 MiB. */
const diskSize = 512 * 9001;

interface Target {
  readonly format: FormatId;
  readonly compress: boolean;
}

function convertTo(path: string, to: Target, target: string, control: Control): void {
  const source = { images: [{ path, grants: [] }] };
  const rest = { options: {}, replace: false, flush: false };
  convert({ source, target, ...to, control, ...rest });
}

/** A control that cancels itself after so many steps of progress. */
function cancellingAfter(steps: number): Control {
  const inner = createControl();
  let left = steps;
  const addDone = (bytes: number): void => {
    inner.addDone(bytes);
    left -= 1;
    if (left === 0) inner.cancel();
  };
  return new Proxy(inner, {
    get: (target, key) => (key === "addDone" ? addDone : target[key as keyof Control]),
  });
}

function newSamples(format: (typeof formats)[number], folder: string, size = diskSize) {
  const chance = random(runSeed);
  return plainSamples(format, folder, patternDisk(chance, size), chance);
}

/** Bytes of a disk that takes at least three steps to convert: as many operations have data. */
function threeSteps({ format, compress }: Target): number {
  const spec = { size: diskSize, options: {}, compress };
  const { placement } = beginImage(memoryTarget(), format, spec);
  return Math.max(diskSize, 3 * operationSize(placement));
}

const raw: Target = { format: "raw", compress: false };
const writable = formats.filter((format) => format.create);
const targets = writable.flatMap(({ id, compresses }) => [
  { format: id, compress: false },
  ...(compresses ? [{ format: id, compress: true }] : []),
]);
const pairs = formats.flatMap((from) =>
  targets.map(
    (to) => [from.id, to.compress ? `compressed ${to.format}` : to.format, from, to] as const,
  ),
);

describe.each(pairs)("converting %s to %s", (_, __, from, to) => {
  it(`keeps every byte (seed ${runSeed})`, () => {
    const folder = tempFolder();
    for (const { path, content } of newSamples(from, folder)) {
      const target = join(folder, `${basename(path)}.new`);
      convertTo(path, to, target, createControl());
      const image = openImage({ path: target, format: to.format, grants: [] });
      expectReads(image, content, random(runSeed));
      image.close();
    }
  });

  it(`leaves no file when cancelled after 0, 1 and 2 steps (seed ${runSeed})`, () => {
    const folder = tempFolder();
    const { path } = newSamples(from, folder, threeSteps(to))[0]!;
    const before = readdirSync(folder);
    for (const steps of [0, 1, 2]) {
      const control = cancellingAfter(steps);
      if (steps === 0) control.cancel();
      expect(() => convertTo(path, to, join(folder, "new"), control), `${steps}`).toThrow(
        expect.objectContaining({ code: "cancelled" }),
      );
      expect(readdirSync(folder), `${steps}`).toEqual(before);
      // The third step was never asked for.
      expect(control.done < control.total || steps === 0).toBe(true);
    }
  });

  describeWithQemu("against qemu-img", () => {
    it(`gives what qemu-img calls identical (seed ${runSeed})`, () => {
      const folder = tempFolder();
      for (const { path } of newSamples(from, folder)) {
        const target = join(folder, `${basename(path)}.new`);
        convertTo(path, to, target, createControl());
        mustBeIdentical(path, target, samples[from.id].qemuName, samples[to.format].qemuName);
      }
    });
  });
});

describe.each(writable.map((format) => [format.id, format] as const))(
  "%s and back",
  (id, format) => {
    it(`is the same raw file again (seed ${runSeed})`, () => {
      const folder = tempFolder();
      for (const { path, content } of newSamples(format, folder)) {
        const plain = join(folder, `${basename(path)}.img`);
        convertTo(path, raw, plain, createControl());
        expectBytes(readFileSync(plain), content);
        const again = join(folder, `${basename(path)}.again`);
        convertTo(plain, { format: id, compress: false }, again, createControl());
        convertTo(again, raw, `${plain}.again`, createControl());
        expectBytes(readFileSync(`${plain}.again`), content);
      }
    });
  },
);

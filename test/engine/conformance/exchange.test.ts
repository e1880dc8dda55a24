import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Format } from "../../../electron/engine/formats/format";
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
import { newFolder, removeFolder, tempFolder } from "../../helpers/temp-folder";
import { plainSamples } from "./plain-samples";
import { expectReads } from "./reading";
import { samples, type Sample } from "./samples";

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

/** Makes a format's images of a disk once for all conversions, which read them only. */
function sampleMaker(format: Format, folder: () => string): (size?: number) => readonly Sample[] {
  const made = new Map<number, Sample[]>();
  return (size = diskSize) => {
    const before = made.get(size);
    if (before) return before;
    const chance = random(runSeed);
    const place = join(folder(), String(size));
    mkdirSync(place);
    const images = plainSamples(format, place, patternDisk(chance, size), chance);
    made.set(size, images);
    return images;
  };
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

describe.each(formats.map((format) => [format.id, format] as const))("from %s", (id, from) => {
  let sampleFolder = "";
  beforeAll(() => {
    sampleFolder = newFolder();
  });
  afterAll(() => removeFolder(sampleFolder));
  const samplesOf = sampleMaker(from, () => sampleFolder);

  describe.each(
    targets.map((to) => [to.compress ? `compressed ${to.format}` : to.format, to] as const),
  )(`converting ${id} to %s`, (_, to) => {
    it(`keeps every byte (seed ${runSeed})`, () => {
      const folder = tempFolder();
      for (const { path, content } of samplesOf()) {
        const target = join(folder, `${basename(path)}.new`);
        convertTo(path, to, target, createControl());
        const image = openImage({ path: target, format: to.format, grants: [] });
        expectReads(image, content, random(runSeed));
        image.close();
      }
    });

    it(`leaves no file when cancelled after 0, 1 and 2 steps (seed ${runSeed})`, () => {
      const folder = tempFolder();
      const { path } = samplesOf(threeSteps(to))[0]!;
      const places = [folder, dirname(path)];
      const filesIn = (): string[][] => places.map((place) => readdirSync(place));
      const before = filesIn();
      for (const steps of [0, 1, 2]) {
        const control = cancellingAfter(steps);
        if (steps === 0) control.cancel();
        expect(() => convertTo(path, to, join(folder, "new"), control), `${steps}`).toThrow(
          expect.objectContaining({ code: "cancelled" }),
        );
        expect(filesIn(), `${steps}`).toEqual(before);
        // The third step was never asked for.
        expect(control.done < control.total || steps === 0).toBe(true);
      }
    });

    describeWithQemu("against qemu-img", () => {
      it(`gives what qemu-img calls identical (seed ${runSeed})`, () => {
        const folder = tempFolder();
        for (const { path } of samplesOf()) {
          const target = join(folder, `${basename(path)}.new`);
          convertTo(path, to, target, createControl());
          mustBeIdentical(path, target, samples[id].qemuName, samples[to.format].qemuName);
        }
      });
    });
  });

  if (from.create === undefined) return;
  it(`is the same raw file again, there and back (seed ${runSeed})`, () => {
    const folder = tempFolder();
    for (const { path, content } of samplesOf()) {
      const plain = join(folder, `${basename(path)}.img`);
      convertTo(path, raw, plain, createControl());
      expectBytes(readFileSync(plain), content);
      const again = join(folder, `${basename(path)}.again`);
      convertTo(plain, { format: id, compress: false }, again, createControl());
      convertTo(again, raw, `${plain}.again`, createControl());
      expectBytes(readFileSync(`${plain}.again`), content);
    }
  });
});

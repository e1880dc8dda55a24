import { writeFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Format } from "../../../electron/engine/formats/format";
import { formats } from "../../../electron/engine/formats/registry";
import { openImage } from "../../../electron/engine/image/open-image";
import { createFile } from "../../../electron/engine/io/file";
import type { FormatId } from "../../../shared/model/format";
import { expectBytes } from "../../helpers/bytes";
import { patternDisk, stacked, type PatternDisk } from "../../helpers/pattern-disk";
import { describeWithQemu, qemuImg } from "../../helpers/qemu-img";
import { random, runSeed } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { writeOwn } from "./own-images";
import { expectReads } from "./reading";
import { qemuHistory } from "./qemu-history";
import { samples, type Sample } from "./samples";

const diskSize = 512 * 1777;

/** How long each layer is, the base first, in sectors of 512 bytes. */
const shapes = [
  { name: "a parent of the same size", sizes: [1777, 1777] },
  { name: "a short parent", sizes: [603, 1777] },
  { name: "a long parent", sizes: [2999, 1777] },
  { name: "an empty parent", sizes: [0, 1777] },
  { name: "a short parent on a long one", sizes: [2999, 900, 1777] },
  { name: "a long parent on a short one", sizes: [700, 2500, 1777] },
].map(({ name, sizes }) => ({ name, sizes: sizes.map((sectors) => sectors * 512) }));

/** What is not a hole in the disk's own runs. */
function holding(disk: PatternDisk) {
  return (at: number, length: number): boolean =>
    disk.runs.some(
      (run) => run.kind !== "hole" && run.at < at + length && run.at + run.length > at,
    );
}

/** Writes a raw base and overlays of `format` on it; the answer is the top image and what it reads as. */
function writeChain(format: Format, folder: string, sizes: readonly number[]) {
  const chance = random(runSeed);
  const [baseSize = 0, ...overlays] = sizes;
  let parent = { name: "base.img", format: "raw" };
  let content = patternDisk(chance, baseSize).bytes;
  writeFileSync(join(folder, parent.name), content);
  for (const [index, size] of overlays.entries()) {
    const disk = patternDisk(chance, size);
    content = stacked(disk, content);
    const name = `overlay-${index}`;
    const target = createFile(join(folder, name));
    const spec = { size, options: {}, backing: parent };
    writeOwn(format, target, { spec, content, holds: holding(disk) }, chance);
    target.close();
    parent = { name, format: format.id };
  }
  return { path: join(folder, parent.name), content };
}

/** Overlays of every sort over a base, written by qemu-io: bytes and zeros, in odd places. */
function qemuOverlays(id: FormatId, folder: string, baseSize: number): Sample[] {
  const chance = random(runSeed);
  const { bytes } = patternDisk(chance, baseSize);
  const base = { path: join(folder, "base.img"), content: bytes };
  writeFileSync(base.path, bytes);
  const { qemuName: format, overlays } = samples[id];
  return overlays.map((options, index) => {
    const path = join(folder, `overlay-${index}`);
    const plan = { path, format, size: diskSize, random: chance, options, base };
    return { name: options, path, content: qemuHistory(plan) };
  });
}

const withBacking = formats.filter((format) => format.backing && format.create);

describe.each(withBacking.map((format) => [format.id, format] as const))("%s", (id, format) => {
  describe.each(shapes)("over $name", ({ sizes }) => {
    it(`reads like the array model (seed ${runSeed})`, () => {
      const { path, content } = writeChain(format, tempFolder(), sizes);
      expect(content.length).toBe(diskSize);
      const image = openImage({ path, grants: [] });
      expect(image.broken).toBeUndefined();
      expect(image.layers).toHaveLength(sizes.length);
      expectReads(image, content, random(runSeed));
      image.close();
    });

    describeWithQemu("against qemu-img", () => {
      it(`reads as it does for qemu-img (seed ${runSeed})`, () => {
        const folder = tempFolder();
        const { path, content } = writeChain(format, folder, sizes);
        const plain = join(folder, "plain.img");
        qemuImg(["convert", "-f", samples[id].qemuName, "-O", "raw", path, plain]);
        expectBytes(readFileSync(plain), content);
      });
    });
  });

  describeWithQemu("made by qemu-img and written by qemu-io", () => {
    it.each([diskSize, 512 * 500, 512 * 3000, 0])(
      `reads like the array model over a parent of %i bytes (seed ${runSeed})`,
      (baseSize) => {
        const overlays = qemuOverlays(id, tempFolder(), baseSize);
        expect(overlays).not.toEqual([]);
        for (const { name, path, content } of overlays) {
          const image = openImage({ path, grants: [] });
          expect(image.layers, name).toHaveLength(2);
          expectReads(image, content, random(runSeed));
          image.close();
        }
      },
    );
  });
});

import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { mergeBitmap } from "../../../electron/engine";
import * as inFile from "../../../electron/engine/formats/qcow2/change/bitmaps";
import { markedRanges } from "../../../electron/engine/formats/qcow2/change/bitmap-marks";
import { readImageTables } from "../../../electron/engine/formats/qcow2/change/image";
import { checkQcow2 } from "../../../electron/engine/formats/qcow2/check/survey";
import { memorySource } from "../../../electron/engine/io/memory";
import { describeWithQemu, qemuImg, qemuIo } from "../../helpers/qemu-img";
import { random, runSeed, type Random } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { stateOf } from "./disk-state";
import { mustBeSound } from "./oracle-check";
import { bytesOf, crashes, recordingTarget, replay } from "./recording";

const size = 3 * 2 ** 20 + 512;

/** What a bitmap of an image file marks, as text. */
function marksOf(bytes: Uint8Array, name: string): string {
  const image = readImageTables(memorySource(bytes));
  const entry = image.bitmaps.entries.find((each) => each.name === name);
  return entry === undefined ? "none" : JSON.stringify([...markedRanges(image, entry)]);
}

/** An image with two bitmaps of these granularities, each with marks of its own. */
function imageWith(r: Random, path: string, clusterSize: number, grains: readonly number[]): void {
  qemuImg(["create", "-q", "-f", "qcow2", "-o", `cluster_size=${clusterSize}`, path, String(size)]);
  for (const [at, name] of ["a", "b"].entries()) {
    qemuImg(["bitmap", "--add", "-g", String(grains[at]), path, name]);
    const write = (): string => `write ${r.between(0, 4000) * 512} ${r.between(1, 200) * 512}`;
    qemuIo(path, "qcow2", [write(), write(), `write ${size - 512} 512`]);
    qemuImg(["bitmap", "--disable", path, name]);
  }
}

describeWithQemu("bitmaps merged", () => {
  for (const [clusterSize, ...grains] of [
    [512, 512, 4096],
    [512, 8192, 512],
    [65536, 65536, 65536],
  ] as const) {
    const seed = runSeed + clusterSize + grains[0];
    it(`as by qemu-img, and whole after every crash: ${clusterSize}, ${grains.join()} (seed ${seed})`, () => {
      const r = random(seed);
      const folder = tempFolder();
      const path = join(folder, "a.qcow2");
      imageWith(r, path, clusterSize, grains);
      const theirs = join(folder, "theirs.qcow2");
      copyFileSync(path, theirs);
      qemuImg(["bitmap", "--merge", "b", theirs, "a"]);

      const before = new Uint8Array(readFileSync(path));
      const { file, steps } = recordingTarget(before);
      inFile.mergeBitmap(file, "a", { file, name: "b" });
      const after = bytesOf(file);
      expect(marksOf(after, "a")).toBe(marksOf(readFileSync(theirs), "a"));
      expect(marksOf(after, "a")).not.toBe(marksOf(before, "a"));
      expect(marksOf(after, "b")).toBe(marksOf(before, "b"));
      for (const done of crashes(r, steps, 2)) {
        const left = replay(before, done);
        expect(checkQcow2(memorySource(left))).toMatchObject({ corruptions: 0, checkErrors: 0 });
        expect([marksOf(before, "a"), marksOf(after, "a")]).toContain(marksOf(left, "a"));
        expect(stateOf(left)).toBe(stateOf(before));
      }
      writeFileSync(path, after);
      mustBeSound(path);
    });
  }

  it("takes marks from another image, of a disk of the same size only", () => {
    const folder = tempFolder();
    const [path, other] = [join(folder, "a.qcow2"), join(folder, "b.qcow2")] as const;
    imageWith(random(runSeed), path, 65536, [65536, 65536]);
    imageWith(random(runSeed + 1), other, 512, [512, 4096]);
    const theirs = join(folder, "theirs.qcow2");
    copyFileSync(path, theirs);
    qemuImg(["bitmap", "-b", other, "-F", "qcow2", "--merge", "a", theirs, "a"]);
    mergeBitmap(path, "a", { path: other, name: "a" });
    expect(marksOf(readFileSync(path), "a")).toBe(marksOf(readFileSync(theirs), "a"));
    mustBeSound(path);
    const bytes = readFileSync(path);
    qemuImg(["resize", "-q", other, "8M"]);
    expect(() => mergeBitmap(path, "a", { path: other, name: "a" })).toThrow("different sizes");
    expect(() => mergeBitmap(path, "a", { name: "c" })).toThrow('no bitmap "c"');
    expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
  });
});

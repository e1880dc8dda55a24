import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { qcow } from "../../../../electron/engine/formats/qcow";
import { raw } from "../../../../electron/engine/formats/raw";
import { stackLayers, type DiskImage } from "../../../../electron/engine/image/disk-image";
import { closedGate } from "../../../../electron/engine/image/gate";
import { openFile } from "../../../../electron/engine/io/file";
import { patternDisk, writeRawFile } from "../../../helpers/pattern-disk";
import { describeWithQemu, qemuImg, qemuJson, runOracle } from "../../../helpers/qemu-img";
import { random, runSeed, type Random } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { qemuHistory } from "../../conformance/qemu-history";
import { expectReads } from "../../conformance/reading";
import { handmade } from "./handmade";

const size = 512 * 2345;

function opened(path: string, basePath?: string): DiskImage {
  const layers = [qcow.open(openFile(path), closedGate)];
  if (basePath !== undefined) layers.push(raw.open(openFile(basePath), closedGate));
  return stackLayers(layers);
}

function expectSame(image: DiskImage, content: Uint8Array, r: Random): void {
  expectReads(image, content, r);
  image.close();
}

describeWithQemu("images made by qemu", () => {
  it(`read like the array model, converted (seed ${runSeed})`, () => {
    const r = random(runSeed);
    const disk = patternDisk(r, size);
    const path = join(tempFolder(), "image.qcow");
    writeRawFile(`${path}.raw`, disk);
    qemuImg(["convert", "-f", "raw", "-O", "qcow", `${path}.raw`, path]);
    expectSame(opened(path), disk.bytes, r);
  });

  it(`read like the array model, compressed (seed ${runSeed})`, () => {
    const r = random(runSeed);
    const { bytes } = patternDisk(r, size);
    // Something that is worth compressing, too.
    bytes.fill(7, 100_000, 300_000);
    const path = join(tempFolder(), "image.qcow");
    writeFileSync(`${path}.raw`, bytes);
    // It makes the whole image and then ends with 1, without a word.
    runOracle("qemu-img", ["convert", "-c", "-f", "raw", "-O", "qcow", `${path}.raw`, path]);
    const image = opened(path);
    expect([...image.extents()].some(({ run }) => run.kind === "encoded")).toBe(true);
    expectSame(image, bytes, r);
  });

  it(`read like the array model, written in any order (seed ${runSeed})`, () => {
    const r = random(runSeed);
    const path = join(tempFolder(), "image.qcow");
    const plan = { path, format: "qcow", size, random: r, compressedClusters: 4096 };
    const content = qemuHistory(plan);
    expectSame(opened(path), content, r);
  });

  it.each([size, 512 * 500, 512 * 3000, 1000, 0])(
    `read like the array model over a base of %i bytes (seed ${runSeed})`,
    (baseSize) => {
      const r = random(runSeed);
      const folder = tempFolder();
      const base = { path: join(folder, "base.img"), content: patternDisk(r, baseSize).bytes };
      writeFileSync(base.path, base.content);
      const path = join(folder, "image.qcow");
      const content = qemuHistory({ path, format: "qcow", size, random: r, base });
      const image = opened(path, base.path);
      expect(image.layers[0]).toMatchObject({ parent: { name: base.path }, blockSize: 512 });
      expectSame(image, content, r);
    },
  );

  it("with an odd size in the header lose its last part, as with qemu", () => {
    const path = join(tempFolder(), "image.qcow");
    writeFileSync(path, handmade({ size: 12_345, clusterBits: 12, l2Bits: 9 }));
    expect(qemuJson(["info", path])).toMatchObject({ format: "qcow", "virtual-size": 12_288 });
    const image = opened(path);
    expect(image.size).toBe(12_288);
    image.close();
  });
});

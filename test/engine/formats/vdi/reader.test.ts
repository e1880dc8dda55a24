import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { vdi } from "../../../../electron/engine/formats/vdi";
import { openFile } from "../../../../electron/engine/io/file";
import { openAlone } from "../../conformance/open-alone";
import { qemuHistory } from "../../conformance/qemu-history";
import { expectReads } from "../../conformance/reading";
import { patternDisk, writeRawFile } from "../../../helpers/pattern-disk";
import { describeWithQemu, qemuImg, qemuJson } from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";

/** Sizes in bytes that are whole blocks, whole sectors, and neither. */
const sizes = [0, 512, 2 ** 20, 2 ** 20 + 512, 5 * 2 ** 20 - 512, 12345];

describeWithQemu("a VDI by qemu", () => {
  it.each(sizes.flatMap((size) => [[size, "off"] as const, [size, "on"] as const]))(
    `of %i bytes with static=%s reads as qemu-img reads it (seed ${runSeed})`,
    (size, isStatic) => {
      const folder = tempFolder();
      const [raw, path, back] = ["a.raw", "a.vdi", "b.raw"].map((name) => join(folder, name));
      const disk = patternDisk(random(runSeed), size, 900_000);
      writeRawFile(raw!, disk);
      qemuImg(["convert", "-f", "raw", "-O", "vdi", "-o", `static=${isStatic}`, raw!, path!]);
      qemuImg(["convert", "-f", "vdi", "-O", "raw", path!, back!]);
      const image = openAlone(vdi, openFile(path!));
      expectReads(image, new Uint8Array(readFileSync(back!)), random(runSeed));
      const [layer] = image.layers;
      expect(layer?.facts).toMatchObject({ version: "1.1", clusterSize: 2 ** 20 });
      image.close();
    },
  );

  it.each([0, 1, 2])(`with its blocks in random order (seed ${runSeed} + %i)`, (more) => {
    const path = join(tempFolder(), "a.vdi");
    const chance = random(runSeed + more);
    const size = 9 * 2 ** 20 + 512 * chance.between(0, 3);
    const content = qemuHistory({ path, format: "vdi", size, random: chance });
    const image = openAlone(vdi, openFile(path));
    expectReads(image, content, chance);
    const info = qemuJson<Record<string, number>>(["info", "-f", "vdi", path]);
    expect(image.size).toBe(info["virtual-size"]);
    expect(image.layers[0]?.blockSize).toBe(info["cluster-size"]);
    image.close();
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { vpc } from "../../../../electron/engine/formats/vhd";
import { openFile } from "../../../../electron/engine/io/file";
import { patternDisk, writeRawFile } from "../../../helpers/pattern-disk";
import { describeWithQemu, qemuImg, qemuJson } from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { openAlone } from "../../conformance/open-alone";
import { qemuHistory } from "../../conformance/qemu-history";
import { expectReads } from "../../conformance/reading";

const mebi = 2 ** 20;
const sizes = [512, 2 * mebi, 2 * mebi + 512, 5 * mebi - 512, 12345];
const options = ["subformat=fixed", "subformat=dynamic"].flatMap((subformat) => [
  `${subformat},force_size=on`,
  `${subformat},force_size=off`,
]);

describeWithQemu("a VHD by qemu", () => {
  it.each(options.flatMap((each) => sizes.map((size) => [each, size] as const)))(
    `with %s, of %i bytes, reads as qemu-img reads it (seed ${runSeed})`,
    (option, size) => {
      const folder = tempFolder();
      const [raw, path, back] = ["a.raw", "a.vhd", "b.raw"].map((name) => join(folder, name));
      writeRawFile(raw!, patternDisk(random(runSeed), size, 900_000));
      qemuImg(["convert", "-f", "raw", "-O", "vpc", "-o", option, raw!, path!]);
      qemuImg(["convert", "-f", "vpc", "-O", "raw", path!, back!]);
      const source = openFile(path!);
      expect(vpc.probe(source)).toBe(true);
      const image = openAlone(vpc, source);
      expectReads(image, new Uint8Array(readFileSync(back!)), random(runSeed));
      image.close();
    },
  );

  it.each([0, 1, 2])(`with its blocks in random order (seed ${runSeed} + %i)`, (more) => {
    const path = join(tempFolder(), "a.vhd");
    const chance = random(runSeed + more);
    const size = 13 * mebi + 512 * chance.between(0, 3);
    const plan = { path, format: "vpc", size, random: chance, options: "force_size=on" };
    const content = qemuHistory(plan);
    const image = openAlone(vpc, openFile(path));
    expectReads(image, content, chance);
    const info = qemuJson<Record<string, number>>(["info", "-f", "vpc", path]);
    expect(image.layers[0]?.facts.clusterSize).toBe(info["cluster-size"]);
    image.close();
  });
});

import { join } from "node:path";
import { it } from "vitest";
import { parallels } from "../../../../electron/engine/formats/parallels";
import { stackLayers } from "../../../../electron/engine/image/disk-image";
import { closedGate } from "../../../../electron/engine/image/gate";
import { openFile } from "../../../../electron/engine/io/file";
import { patternDisk, writeRawFile } from "../../../helpers/pattern-disk";
import { describeWithQemu, qemuImg } from "../../../helpers/qemu-img";
import { random, runSeed, type Random } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { qemuHistory } from "../../conformance/qemu-history";
import { expectReads } from "../../conformance/reading";

const size = 512 * 2345;

function expectSame(path: string, content: Uint8Array, r: Random): void {
  const image = stackLayers([parallels.open(openFile(path), closedGate)]);
  expectReads(image, content, r);
  image.close();
}

describeWithQemu("images made by qemu", () => {
  it.each(["cluster_size=64k", "cluster_size=4k", "cluster_size=1M", "cluster_size=2M"])(
    `with %s read like the array model, converted (seed ${runSeed})`,
    (options) => {
      const r = random(runSeed);
      const disk = patternDisk(r, size);
      const path = join(tempFolder(), "image.hdd");
      writeRawFile(`${path}.raw`, disk);
      qemuImg(["convert", "-f", "raw", "-O", "parallels", "-o", options, `${path}.raw`, path]);
      expectSame(path, disk.bytes, r);
    },
  );

  it.each(["cluster_size=64k", "cluster_size=4k", "cluster_size=1M"])(
    `with %s read like the array model, written in any order (seed ${runSeed})`,
    (options) => {
      const r = random(runSeed);
      const path = join(tempFolder(), "image.hdd");
      const content = qemuHistory({ path, format: "parallels", size, random: r, options });
      expectSame(path, content, r);
    },
  );
});

import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import * as zlib from "node:zlib";
import { expect, it } from "vitest";
import { convert, createImage } from "../../../../electron/engine";
import { expectBytes } from "../../../helpers/bytes";
import { patternDisk, writeRawFile } from "../../../helpers/pattern-disk";
import { describeWithQemu, mustBeIdentical, qemuImg, qemuJson } from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { makeCompressible } from "../../ops/compressible";
import { jobOf } from "../../ops/convert-job";

const hasZstd = "zstdCompressSync" in zlib;
const options = { compression_type: "zstd" };

/** A raw disk of 3 MiB of all sorts; the end is no whole cluster. */
function source(folder: string): string {
  const path = join(folder, "source");
  const numbers = random(runSeed);
  const disk = patternDisk(numbers, 3 * 2 ** 20 + 1536);
  makeCompressible(disk, numbers);
  writeRawFile(path, disk);
  return path;
}

describeWithQemu("qcow2 with zstd", () => {
  it("is what qemu-img makes, as long as nothing is compressed", () => {
    const path = join(tempFolder(), "a.qcow2");
    const spec = { size: 2 ** 20, options };
    createImage({ path, format: "qcow2", spec, replace: false, flush: false });
    qemuImg(["check", path]);
    expect(qemuJson<object>(["info", path])).toMatchObject({
      "format-specific": { data: { "compression-type": "zstd" } },
    });
  });

  it.runIf(hasZstd).each([512, 4096, 65536, 2 ** 21])(
    `compresses clusters of %i bytes for qemu-img (skipped where the runtime has no zstd; seed ${runSeed})`,
    (cluster_size) => {
      const folder = tempFolder();
      const [from, target] = [source(folder), join(folder, "target")];
      const job = { options: { ...options, cluster_size }, compress: true };
      convert(jobOf(from, target, "qcow2", job));
      qemuImg(["check", target]);
      mustBeIdentical(from, target, "raw", "qcow2");
      const back = join(folder, "back");
      convert(jobOf(target, back, "raw"));
      expectBytes(readFileSync(back), readFileSync(from));
      const plain = join(folder, "plain");
      convert(jobOf(from, plain, "qcow2", { options: { cluster_size } }));
      expect(statSync(target).size).toBeLessThan(statSync(plain).size);
    },
  );

  it.runIf(!hasZstd)("says that this runtime cannot compress, and leaves nothing", () => {
    const folder = tempFolder();
    const job = jobOf(source(folder), join(folder, "target"), "qcow2", { options, compress: true });
    expect(() => convert(job)).toThrow(expect.objectContaining({ code: "unsupported" }));
    expect(readdirSync(folder)).toEqual(["source"]);
  });
});

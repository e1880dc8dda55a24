import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { mapImage, openImage, type MapEntry } from "../../../electron/engine";
import { needsHoles } from "../../helpers/holes";
import { describeWithQemu, qemuImg, qemuIo, qemuJson } from "../../helpers/qemu-img";
import { random, runSeed } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { randomChain, type MadeImage } from "./random-image";

/** Our map and qemu-img's must be the same entries. */
function expectSameMap({ path, format }: MadeImage, range: readonly string[] = []): void {
  const theirs = qemuJson<MapEntry[]>(["map", "-f", format, ...range, path]);
  const image = openImage({ path, format, grants: [] });
  try {
    const [at = 0, length = image.size - at] = range.filter((_, n) => n % 2 === 1).map(Number);
    expect([...mapImage(image, at, length)]).toEqual(theirs);
  } finally {
    image.close();
  }
}

describeWithQemu(`map, seed ${runSeed}`, () => {
  beforeEach(needsHoles);

  it.each(Array.from({ length: 8 }, (_, index) => index))(
    "tells what qemu-img tells of random chain %i",
    (index) => {
      const numbers = random(runSeed + index);
      expectSameMap(randomChain(numbers, tempFolder(), "image"));
    },
  );

  it("tells a part of the disk", () => {
    const numbers = random(runSeed + 50);
    const made = randomChain(numbers, tempFolder(), "image");
    const image = openImage({ path: made.path, format: made.format, grants: [] });
    const { size } = image;
    image.close();
    const at = Math.floor(size / 3 / 512) * 512;
    expectSameMap(made, ["-s", String(at), "-l", String(Math.floor(size / 2 / 512) * 512)]);
  });

  it("tells preallocated clusters as qemu-img does", () => {
    const folder = tempFolder();
    for (const preallocation of ["metadata", "falloc", "full"]) {
      const path = join(folder, preallocation);
      qemuImg(["create", "-f", "qcow2", "-o", `preallocation=${preallocation}`, path, "2M"]);
      qemuIo(path, "qcow2", ["write -P 1 128k 64k", "write -P 2 300k 10k"]);
      expectSameMap({ path, format: "qcow2" });
    }
  });

  it("tells version 2, a file of odd length, and nothing at all", () => {
    const folder = tempFolder();
    const old = join(folder, "old");
    qemuImg(["create", "-f", "qcow2", "-o", "compat=0.10", old, "1M"]);
    qemuIo(old, "qcow2", ["write -P 1 0 64k", "write -z 128k 64k"]);
    expectSameMap({ path: old, format: "qcow2" });
    const odd = join(folder, "odd");
    writeFileSync(odd, new Uint8Array(12_345).fill(7));
    expectSameMap({ path: odd, format: "raw" });
    const empty = join(folder, "empty");
    qemuImg(["create", "-f", "qcow2", empty, "0"]);
    expectSameMap({ path: empty, format: "qcow2" });
  });
});

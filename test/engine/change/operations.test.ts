import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkImage, lostByShrinking, repairImage, resizeImage } from "../../../electron/engine";
import { expectBytes } from "../../helpers/bytes";
import { describeWithQemu, qemuImg, qemuIo } from "../../helpers/qemu-img";
import { rounds } from "../../helpers/rounds";
import { random, runSeed, type Random } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { doNext, type History } from "./history-operations";
import { modelOf, mustReadAs, mustReadAsForQemu, readByLamina } from "./modelled-image";
import { countsOf, mustBeSound, oracleCheck } from "./oracle-check";
import { layouts, type Layout } from "./random-image";

/** Operations on the first image and on each of the others. */
const longest = 200;
const shortest = rounds(10, 200);
/** How often qemu-img reads, which takes longer; Lamina reads after every third operation. */
const readEvery = { lamina: 3, qemu: 20 };

const histories: readonly (Layout & { readonly base?: true })[] = [
  { clusterSize: 4096, snapshots: 1, clusters: 60 },
  ...layouts.filter(({ snapshots }) => snapshots > 0),
  { clusterSize: 1024, snapshots: 1, clusters: 60, base: true },
];

/** An image over a raw disk that is longer than it, so that what is not there shows. */
function overlay(r: Random, folder: string, { clusterSize, clusters }: Layout): string {
  const path = join(folder, "over.qcow2");
  const base = new Uint8Array((clusters + 20) * clusterSize);
  r.fill(base);
  writeFileSync(join(folder, "base.raw"), base);
  const options = `cluster_size=${clusterSize}`;
  const backing = ["-b", "base.raw", "-F", "raw"];
  const size = String(clusters * clusterSize);
  qemuImg(["create", "-q", "-f", "qcow2", "-o", options, ...backing, path, size], folder);
  return path;
}

/**
 * An image of compressed clusters and holes. They come from a conversion: qemu 7.2 now and then writes a
 * guest's compressed cluster into one that holds other data.
 */
function compressed(r: Random, folder: string, { clusterSize, clusters, options }: Layout): string {
  const raw = join(folder, "a.raw");
  const path = join(folder, "a.qcow2");
  const disk = new Uint8Array(clusters * clusterSize);
  for (let at = 0; at < disk.length; at += clusterSize)
    // Streams of all lengths; of very short ones more share a cluster than a narrow refcount counts.
    if (r.chance(0.6)) r.fill(disk.subarray(at, at + r.between(clusterSize / 8, clusterSize)));
  writeFileSync(raw, disk);
  // Several streams and snapshots share a cluster: four bits run out.
  const more = options?.replace("refcount_bits=4", "refcount_bits=8");
  const all = [`cluster_size=${clusterSize}`, ...(more === undefined ? [] : [more])].join();
  qemuImg(["convert", "-c", "-f", "raw", "-O", "qcow2", "-o", all, raw, path]);
  return path;
}

describeWithQemu("Lamina and qemu-img in turn on one image", () => {
  for (const [i, layout] of histories.entries()) {
    const seed = runSeed + i;
    const count = i === 0 ? longest : shortest;
    const name = `${layout.clusterSize}, ${layout.base ? "a base" : (layout.options ?? "default")}`;
    it(`read the same in all snapshots, ${count} operations: ${name} (seed ${seed})`, () => {
      const r = random(seed);
      const folder = tempFolder();
      const path = layout.base ? overlay(r, folder, layout) : compressed(r, folder, layout);
      const history: History = { path, layout, model: modelOf(path), bitmap: false };
      const done: string[] = [];
      try {
        for (let step = 1; step <= count; step++) {
          done.push(doNext(r, history, step));
          const { counts, said } = oracleCheck(path);
          expect(counts, said).toMatchObject({ checkErrors: 0, corruptions: 0, leaks: 0 });
          expect(countsOf(checkImage(path))).toEqual(counts);
          if (step % readEvery.lamina === 0 || step === count) mustReadAs(path, history.model);
          if (step % readEvery.qemu === 0 || step === count) mustReadAsForQemu(path, history.model);
        }
      } catch (error) {
        throw new Error(`After ${done.slice(-8).join(", ")} (of ${done.length})`, { cause: error });
      }
    });
  }
});

describeWithQemu("resize", () => {
  it("does not let a longer base come into view", () => {
    const folder = tempFolder();
    const base = join(folder, "base.qcow2");
    const path = join(folder, "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", base, "1M"]);
    qemuIo(base, "qcow2", ["write -P 7 0 1M"]);
    const size = 300 * 1024 + 512;
    qemuImg(["create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", path, String(size)]);
    resizeImage({ path, grants: [] }, 2 ** 21);
    const expected = new Uint8Array(2 ** 21);
    expected.fill(7, 0, size);
    expectBytes(readByLamina(path), expected);
    mustBeSound(path);
  });

  it("tells what a smaller disk loses, and shrinks only when that is allowed", () => {
    const path = join(tempFolder(), "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", path, "1M"]);
    qemuIo(path, "qcow2", ["write -P 7 256k 512k"]);
    const request = { path, grants: [] };
    expect(lostByShrinking(request, 512 * 1024)).toBe(256 * 1024);
    expect(() => resizeImage(request, 512 * 1024)).toThrow("would lose the end");
    resizeImage(request, 512 * 1024, true);
    resizeImage(request, 1024 * 1024);
    const expected = new Uint8Array(2 ** 20);
    expected.fill(7, 256 * 1024, 512 * 1024);
    expectBytes(readByLamina(path), expected);
    expect(repairImage(path, "all").before).toMatchObject({ leaks: 0, corruptions: 0 });
  });
});

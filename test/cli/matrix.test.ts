import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { needsHoles } from "../helpers/holes";
import { describeWithQemu, qemuImg, qemuIo } from "../helpers/qemu-img";
import { random, runSeed, type Random } from "../helpers/seed";
import { tempFolder } from "../helpers/temp-folder";
import { linkAsQemuImg, run } from "./programs";

/** Options of the images; each stands on the one before where its number is odd. */
const kinds = [
  "compat=0.10,cluster_size=1k",
  "cluster_size=512",
  "cluster_size=4k,refcount_bits=32",
  "lazy_refcounts=on",
  "preallocation=metadata,cluster_size=16k",
];

/** Bytes; no whole number of clusters of most sizes. */
const size = 5 * 1024 * 1024 + 512;

describeWithQemu(`random images, seed ${runSeed}`, () => {
  beforeEach(needsHoles);

  it.each([...kinds.entries()])(
    "image %i (%s) is told as qemu-img tells it",
    async (at, options) => {
      const draw = random(runSeed + at);
      const folder = tempFolder();
      const link = linkAsQemuImg(join(folder, "bin"));
      const base = at % 2 === 1 ? ["-b", "base.qcow2", "-F", "qcow2"] : [];
      if (base.length > 0) make(draw, folder, "base.qcow2", ["-o", kinds[at - 1] ?? ""]);
      make(draw, folder, "top.qcow2", ["-o", options, ...base]);
      qemuImg(["snapshot", "-c", `before ${at}`, "top.qcow2"], folder);
      write(draw, join(folder, "top.qcow2"));

      for (const args of [
        ["info", "--backing-chain", "--output=json", "top.qcow2"],
        ["info", "top.qcow2"],
        ["map", "--output=json", "top.qcow2"],
        ["map", "top.qcow2"],
        ["map", "--output=json", "--start-offset=700k", "--max-length=1234567", "top.qcow2"],
      ]) {
        const [theirs, ours] = await Promise.all([
          run("qemu-img", args, folder),
          run(link, args, folder),
        ]);
        expect(ours, args.join(" ")).toEqual(theirs);
      }
      // There and back, between formats: the same disk.
      const formats = draw.shuffled(["raw", "qcow2"]);
      for (const [step, format] of formats.entries()) {
        const from = step === 0 ? "top.qcow2" : "copy-0";
        const converted = await run(link, ["convert", "-O", format, from, `copy-${step}`], folder);
        expect(converted).toEqual({ code: 0, stdout: "", stderr: "" });
        qemuImg(["compare", "top.qcow2", `copy-${step}`], folder);
        if (format === "qcow2") qemuImg(["check", `copy-${step}`], folder);
      }
    },
  );
});

function make(draw: Random, folder: string, name: string, args: readonly string[]): void {
  qemuImg(["create", "-q", "-f", "qcow2", ...args, name, String(size)], folder);
  // qemu-io compresses whole clusters that hold nothing yet, and those of no size are larger than this.
  const empty = !args.some((each) => each.includes("preallocation"));
  const compressed = draw.shuffled([0, 1]).slice(0, draw.between(0, 3));
  if (empty && compressed.length > 0)
    qemuIo(
      join(folder, name),
      "qcow2",
      compressed.map((at) => `write -c -P 7 ${at * 2 ** 21} 2M`),
    );
  write(draw, join(folder, name));
}

/** Writes data and zeros and discards, at whole sectors anywhere in the disk. */
function write(draw: Random, image: string): void {
  const commands = Array.from({ length: draw.between(4, 16) }, () => {
    const at = draw.between(0, size / 512 - 1) * 512;
    const length = Math.min(draw.between(1, 1200) * 512, size - at);
    return `${draw.pick(["write -P 5", "write -P 6", "write -z", "discard"])} ${at} ${length}`;
  });
  qemuIo(image, "qcow2", commands);
}

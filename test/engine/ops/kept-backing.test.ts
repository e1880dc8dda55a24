import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { convert, createImage, openImage, type ConvertJob } from "../../../electron/engine";
import type { OptionValues } from "../../../shared/model/format";
import { describeWithQemu, qemuImg, qemuIo, qemuJson, runOracle } from "../../helpers/qemu-img";
import { random, runSeed, type Random } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { jobOf } from "./convert-job";
import { randomChain, type MadeImage } from "./random-image";

const kinds: readonly (OptionValues & { compress?: boolean })[] = [
  {},
  { compress: true },
  { cluster_size: 4096 },
  { compat: "0.10" },
  { compat: "0.10", cluster_size: 4096, compress: true },
  { extended_l2: true },
  { cluster_size: 2 ** 21, refcount_bits: "1" },
  { cluster_size: 512, compress: true },
];

/** A chain of several layers. */
function chainOf(numbers: Random, folder: string): MadeImage {
  for (let nth = 0; ; nth++) {
    const made = randomChain(numbers, folder, `chain-${nth}`);
    if (made.format === "qcow2") return made;
  }
}

function depthOf(path: string): number {
  const image = openImage({ path, grants: [] });
  image.close();
  return image.layers.length;
}

/** Guest bytes that the image itself says something of. */
function ownBytes(path: string): number {
  const map = qemuJson<{ depth: number; length: number }[]>(["map", "-f", "qcow2", path]);
  return map.reduce((sum, { depth, length }) => sum + (depth === 0 ? length : 0), 0);
}

function convertKept(source: string, target: string, over: Partial<ConvertJob>): void {
  convert(jobOf(source, target, "qcow2", { replace: true, ...over }));
}

describeWithQemu(`a backing file that is kept (seed ${runSeed})`, () => {
  it.each(kinds)(
    "with %j, of random chains, at every depth",
    ({ compress = false, ...options }) => {
      const folder = tempFolder();
      mkdirSync(join(folder, "new"));
      for (let round = 0; round < 2; round++) {
        const { path } = chainOf(random(runSeed + round), folder);
        for (let keepBacking = 1; keepBacking < depthOf(path); keepBacking++) {
          const target = join(folder, "new", `kept-${keepBacking}`);
          convertKept(path, target, { options, compress, keepBacking });
          qemuImg(["check", "-f", "qcow2", target]);
          qemuImg(["compare", "-f", "qcow2", "-F", "qcow2", path, target]);
          const image = openImage({ path: target, grants: "all" });
          expect(image.layers.length).toBe(depthOf(path) - keepBacking + 1);
          expect(image.layers[0]?.parent?.format).toBe(image.layers[1]?.format);
          image.close();
          if (keepBacking > 1) continue;

          const theirs = join(folder, "new", "theirs");
          const text = Object.entries(options).map(
            ([name, value]) => `${name}=${value === true ? "on" : value}`,
          );
          const { name, format } = parentOf(path);
          const o = ["-o", [`backing_file=../${name}`, `backing_fmt=${format}`, ...text].join()];
          const args = [...(compress ? ["-c"] : []), ...o, path, theirs];
          qemuImg(["convert", "-f", "qcow2", "-O", "qcow2", ...args]);
          // Of a cluster with subclusters, qemu-img leaves parts to the backing file.
          if (options.extended_l2 !== true)
            expect(ownBytes(target)).toBeLessThanOrEqual(ownBytes(theirs));
          const more = statSync(target).size - statSync(theirs).size;
          // Compression differs by a little.
          expect(more).toBeLessThanOrEqual(compress ? statSync(theirs).size / 25 : 0);
        }
      }
    },
  );

  it("whose name is given, wherever it lies in the source's chain", () => {
    const folder = tempFolder();
    const { bottom, middle, top } = threeLayers(folder);
    for (const [name, more] of [
      ["middle", 65536],
      ["bottom", 2 * 65536],
    ] as const) {
      const target = join(folder, "target");
      convertKept(top, target, { backing: { name, format: "qcow2" } });
      qemuImg(["compare", top, target]);
      qemuImg(["check", target]);
      expect(ownBytes(target)).toBe(more);
    }
    // qemu-img copies the top layer alone, whatever lies between it and the base.
    const theirs = join(folder, "theirs");
    qemuImg(["convert", "-O", "qcow2", "-B", "bottom", "-F", "qcow2", top, theirs]);
    expect(runOracle("qemu-img", ["compare", top, theirs]).status).toBe(1);
    // The same disk under another name is what the source stands on.
    const copy = join(folder, "copy");
    qemuImg(["convert", "-O", "qcow2", middle, copy]);
    const target = join(folder, "target");
    convertKept(top, target, { backing: { name: copy, format: "qcow2" } });
    qemuImg(["compare", top, target]);
    expect(ownBytes(target)).toBe(65536);
    // A disk of its own hides all of the other one.
    convertKept(bottom, target, { backing: { name: "copy", format: "qcow2" } });
    qemuImg(["compare", bottom, target]);
    expect(ownBytes(target)).toBe(2 ** 20);
  });

  it("of version 2, whose zeros share clusters as far as refcounts go", () => {
    const folder = tempFolder();
    const [base, top, target] = ["base", "top", "target"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    qemuImg(["create", "-q", "-f", "raw", base, "40M"]);
    qemuIo(base, "raw", ["write -q -P 1 0 40M"]);
    const backing = ["-b", "base", "-F", "raw"];
    qemuImg(["create", "-q", "-f", "qcow2", ...backing, top]);
    // More than the 65535 that a refcount of 16 bits counts.
    qemuIo(top, "qcow2", ["write -q -z 0 34M", "write -q -P 2 35M 4k"]);
    const options = { compat: "0.10", cluster_size: 512 };
    convertKept(top, target, { options, keepBacking: 1 });
    qemuImg(["check", target]);
    qemuImg(["compare", top, target]);
    // Its tables, and two clusters for all zeros; each entry takes 8 bytes.
    expect(statSync(target).size).toBeLessThan(1.2 * 2 ** 20);
    qemuIo(target, "qcow2", ["write -q -P 3 1M 1M", "read -q -P 0 0 1M"]);
    qemuImg(["check", target]);
  });
});

/** Layers of 1 MiB, each with 64 KiB of data of its own in the one below. */
function threeLayers(folder: string) {
  const [bottom, middle, top] = ["bottom", "middle", "top"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  qemuImg(["create", "-q", "-f", "qcow2", bottom, "1M"]);
  qemuIo(bottom, "qcow2", ["write -q -P 1 0 512k"]);
  qemuImg(["create", "-q", "-f", "qcow2", "-b", "bottom", "-F", "qcow2", middle]);
  qemuIo(middle, "qcow2", ["write -q -P 2 64k 64k"]);
  qemuImg(["create", "-q", "-f", "qcow2", "-b", "middle", "-F", "qcow2", top]);
  qemuIo(top, "qcow2", ["write -q -z 192k 64k"]);
  return { bottom, middle, top };
}

function parentOf(path: string): { name: string; format: string } {
  const info = qemuJson<Record<string, string>>(["info", path]);
  return { name: info["backing-filename"]!, format: info["backing-filename-format"]! };
}

describe("a backing file", () => {
  const spec = { size: 2 ** 20, options: {} };

  it("is refused where it cannot be kept, and nothing is left", () => {
    const folder = tempFolder();
    const source = join(folder, "source");
    createImage({ path: source, format: "qcow2", spec, replace: false, flush: false });
    const attempt = (over: Partial<ConvertJob>, format: ConvertJob["format"] = "qcow2") => {
      try {
        convert(jobOf(source, join(folder, "target"), format, over));
        return "made";
      } catch (error) {
        return (error as { code?: string }).code;
      }
    };
    const backing = { name: "source", format: "qcow2" };
    expect(attempt({ keepBacking: 1 })).toBe("invalid-argument");
    expect(attempt({ keepBacking: 0 })).toBe("invalid-argument");
    expect(attempt({ backing, keepBacking: 2 })).toBe("invalid-argument");
    expect(attempt({ backing }, "raw")).toBe("invalid-argument");
    expect(attempt({ backing: { name: "gone", format: "raw" } })).toBe("missing-file");
    const two = { images: [1, 2].map(() => ({ path: source, grants: [] })) };
    expect(attempt({ backing, source: two })).toBe("invalid-argument");
    const options = { preallocation: "metadata", extended_l2: true };
    expect(attempt({ backing, options })).toBe("unsupported");
    expect(readdirSync(folder)).toEqual(["source"]);
  });
});

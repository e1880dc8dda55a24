import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  estimateImage,
  estimateSize,
  openImage,
  type Estimate,
  type MeasureTarget,
} from "../../../electron/engine";
import { patternDisk, writeRawFile } from "../../helpers/pattern-disk";
import { describeWithQemu, qemuImg, qemuIo, qemuJson, runOracle } from "../../helpers/qemu-img";
import { random, runSeed } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { writeIslands } from "./convert-job";
import { randomChain } from "./random-image";

interface QemuMeasure {
  required: number;
  "fully-allocated": number;
  bitmaps?: number;
}

/** The targets that qemu-img is asked about besides. */
const targets: readonly MeasureTarget[] = [
  { format: "raw", options: {} },
  { format: "qcow2", options: {} },
  { format: "qcow2", options: { compat: "0.10" } },
  { format: "qcow2", options: { cluster_size: 512 } },
  { format: "qcow2", options: { cluster_size: 512, refcount_bits: "64" } },
  { format: "qcow2", options: { cluster_size: 4096, refcount_bits: "1" } },
  { format: "qcow2", options: { cluster_size: 16_384, extended_l2: true } },
  { format: "qcow2", options: { cluster_size: 2 ** 21, lazy_refcounts: true } },
  { format: "qcow2", options: { cluster_size: 1024, preallocation: "metadata" } },
  { format: "qcow2", options: { preallocation: "falloc" } },
  { format: "raw", options: { preallocation: "full" } },
];

function qemuArguments({ format, options }: MeasureTarget): string[] {
  const text = Object.entries(options).map(
    ([name, value]) => `${name}=${typeof value === "boolean" ? "on" : value}`,
  );
  return ["-O", format, ...(text.length > 0 ? ["-o", text.join()] : [])];
}

const asQemu = ({ required, fullyAllocated, bitmaps }: Estimate): QemuMeasure => ({
  required,
  "fully-allocated": fullyAllocated,
  ...(bitmaps !== undefined && { bitmaps }),
});

function estimate(path: string, target: MeasureTarget): QemuMeasure {
  const image = openImage({ path, grants: [] });
  try {
    return asQemu(estimateImage(image, target));
  } finally {
    image.close();
  }
}

/** Holds every target's estimate against qemu-img's. */
function expectAsQemu(path: string, some = targets): void {
  for (const target of some) {
    const told = qemuJson<QemuMeasure>(["measure", ...qemuArguments(target), path]);
    expect(estimate(path, target), JSON.stringify(target)).toEqual(told);
  }
}

describeWithQemu("qemu-img measure --size", () => {
  it.each([0, 1, 512, 1000, 65_536, 10 * 2 ** 20 + 512, 2 ** 30, 100 * 2 ** 30, 2 ** 46])(
    "%i",
    (size) => {
      for (const target of targets) {
        const what = JSON.stringify(target);
        const args = ["measure", "--output=json", "--size", String(size), ...qemuArguments(target)];
        const { status, stdout } = runOracle("qemu-img", args);
        const own = () => asQemu(estimateSize(size, target));
        if (status === 0) expect(own(), what).toEqual(JSON.parse(stdout));
        else expect(own, what).toThrow(expect.objectContaining({ code: "invalid-argument" }));
      }
    },
  );
});

describeWithQemu(`qemu-img measure of an image, seed ${runSeed}`, () => {
  it("raw, with holes and written zeros", () => {
    const path = join(tempFolder(), "a");
    const numbers = random(runSeed);
    writeRawFile(path, patternDisk(numbers, 5_000_000), numbers);
    expectAsQemu(path);
    writeIslands(path, 50, 100_000);
    expectAsQemu(path);
  });

  it("chains of qcow2 on raw, with zero and compressed clusters", () => {
    const folder = tempFolder();
    for (let index = 0; index < 4; index++) {
      expectAsQemu(randomChain(random(runSeed + index), folder, `chain-${index}`).path);
    }
  });

  it("preallocated, with extended L2 entries, and in version 2", () => {
    const folder = tempFolder();
    for (const [index, options] of [
      "preallocation=metadata",
      "preallocation=falloc",
      "extended_l2=on,cluster_size=64k",
      "compat=0.10",
    ].entries()) {
      const path = join(folder, `${index}.qcow2`);
      qemuImg(["create", "-f", "qcow2", "-o", options, path, "9M"]);
      qemuIo(path, "qcow2", ["write -P 1 100k 70k", "write -z 3M 1M", "write -P 2 8M 5k"]);
      expectAsQemu(path);
    }
  });

  it("with dirty bitmaps", () => {
    const folder = tempFolder();
    const path = join(folder, "a.qcow2");
    qemuImg(["create", "-f", "qcow2", path, "100M"]);
    expectAsQemu(path);
    for (const [name, granularity] of [
      ["b", "64k"],
      ["a longer name, ö", "512"],
      ["third", "2M"],
    ] as const) {
      qemuImg(["bitmap", "--add", "-g", granularity, path, name]);
      expectAsQemu(path);
    }
    // Left in use by a program that died: not saved well, and counted all the same.
    runOracle("qemu-io", ["-c", "write 0 1k", "-c", "abort", path]);
    expectAsQemu(path);
    qemuImg(["create", "-f", "qcow2", "-b", path, "-F", "qcow2", join(folder, "over.qcow2")]);
    expectAsQemu(join(folder, "over.qcow2"));
  });

  it("a nearly full disk of many L2 tables", () => {
    const path = join(tempFolder(), "a");
    writeIslands(path, 3000, 300 * 4096);
    expectAsQemu(
      path,
      targets.filter(({ options }) => options["cluster_size"] !== 2 ** 21),
    );
  });
});

describe("estimates", () => {
  it("fail for a broken chain, as qemu-img does", () => {
    const folder = tempFolder();
    const path = join(folder, "over.qcow2");
    qemuImg(["create", "-u", "-f", "qcow2", "-b", "gone", "-F", "raw", path, "1M"]);
    expect(() => estimate(path, targets[0]!)).toThrow(
      expect.objectContaining({ code: "missing-file" }),
    );
  });

  it("fail for a format that is only read", () => {
    expect(() => estimateSize(1, { format: "iso", options: {} })).toThrow(
      expect.objectContaining({ code: "unsupported" }),
    );
  });
});

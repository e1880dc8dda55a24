import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { convert, createImage, openImage } from "../../../../electron/engine";
import { qcow2 } from "../../../../electron/engine/formats/qcow2";
import { memoryTarget } from "../../../../electron/engine/io/memory";
import { nativeCalls } from "../../../../electron/engine/io/native";
import type { OptionValues } from "../../../../shared/model/format";
import { expectBytes } from "../../../helpers/bytes";
import { exactFolder } from "../../../helpers/exact-folder";
import { patternDisk } from "../../../helpers/pattern-disk";
import { describeWithQemu, qemuImg, qemuJson, runOracle } from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { allocatedBytes, jobOf } from "../../ops/convert-job";

const ways = nativeCalls()?.allocate
  ? ["off", "metadata", "falloc", "full"]
  : ["off", "metadata", "full"];
const kinds: readonly OptionValues[] = [
  {},
  { data_file_raw: true },
  { cluster_size: 512 },
  { cluster_size: 2 ** 21, data_file_raw: true },
  { cluster_size: 2 ** 21, refcount_bits: "1" },
  { extended_l2: true, lazy_refcounts: true },
];
const sorts = ways.flatMap((preallocation) => kinds.map((kind) => ({ preallocation, ...kind })));

/** Runs qemu-img in the folder: it looks for data files where it runs, not beside the image. */
function expectSame(folder: string, a: string, b: string, format: string): void {
  qemuImg(["check", b], folder);
  qemuImg(["compare", "-f", format, "-F", "qcow2", a, b], folder);
}

function writeWithQemu(folder: string, image: string, commands: readonly string[]): void {
  const args = ["-f", "qcow2", ...commands.flatMap((each) => ["-c", each]), image];
  const { status, stdout, stderr } = runOracle("qemu-io", args, folder);
  expect(`${status} ${stdout}${stderr}`).toBe("0 ");
}

/** Ends within a cluster and a host block. */
const size = 3 * 2 ** 20 + 1536;

const asText = (options: OptionValues): string =>
  Object.entries(options)
    .map(([name, value]) => `${name}=${value === true ? "on" : value}`)
    .join();

describeWithQemu(`an image with a data file (seed ${runSeed})`, () => {
  it.each(sorts)("%j, converted to, is qemu-img's", (kind: OptionValues) => {
    const { path } = exactFolder();
    const at = (name: string): string => join(path, name);
    const disk = patternDisk(random(runSeed), size).bytes;
    writeFileSync(at("source"), disk);
    const job = { options: { ...kind, data_file: "ours.data" } };
    const made = convert(jobOf(at("source"), at("ours"), "qcow2", job));
    const o = asText({ ...kind, data_file: "theirs.data" });
    qemuImg(["convert", "-f", "raw", "-O", "qcow2", "-o", o, "source", "theirs"], path);

    expectSame(path, "source", "ours", "raw");
    expect(readdirSync(path).sort()).toEqual([
      "ours",
      "ours.data",
      "source",
      "theirs",
      "theirs.data",
    ]);
    expect(statSync(at("ours.data")).size).toBe(size);
    expect(statSync(at("ours")).size).toBeLessThanOrEqual(statSync(at("theirs")).size);
    const theirs = allocatedBytes(at("theirs")) + allocatedBytes(at("theirs.data"));
    // qemu-img gives back what it had preallocated for zeros.
    const { preallocation, extended_l2 } = kind;
    if (preallocation === "falloc" || preallocation === "full")
      expect(allocatedBytes(at("ours.data"))).toBeGreaterThanOrEqual(size);
    // And of a cluster with subclusters it writes some.
    else if (extended_l2 !== true)
      expect(made.allocated! - theirs).toBeLessThanOrEqual(theirs / 50);
    if (kind["data_file_raw"] === true) expectBytes(readFileSync(at("ours.data")), disk);
    const data = (name: string): unknown =>
      (
        qemuJson<Record<string, unknown>>(["info", name], path)["format-specific"] as {
          data: object;
        }
      ).data;
    expect(data("ours")).toEqual({ ...(data("theirs") as object), "data-file": "ours.data" });

    writeWithQemu(path, "ours", ["write -q -P 7 100k 300k", "read -q -P 7 100k 300k"]);
    qemuImg(["check", "ours"], path);
  });

  it("is read back as it was", () => {
    const { path } = exactFolder();
    const source = join(path, "source");
    const disk = patternDisk(random(runSeed), size).bytes;
    writeFileSync(source, disk);
    const target = join(path, "target");
    convert(jobOf(source, target, "qcow2", { options: { data_file: "target.data" } }));
    const image = openImage({ path: target, grants: [] });
    const bytes = new Uint8Array(size);
    image.read(0, bytes);
    image.close();
    expectBytes(bytes, disk);
  });

  it("empty, and on a base, is qemu-img's", () => {
    const { path } = exactFolder();
    const [base, top] = [join(path, "base"), join(path, "top")];
    writeFileSync(base, patternDisk(random(runSeed), size).bytes);
    const backing = { name: "base", format: "raw" };
    const spec = { size, options: { data_file: "top.data" }, backing };
    createImage({ path: top, format: "qcow2", spec, replace: false, flush: false });
    expectSame(path, "base", "top", "raw");
    writeWithQemu(path, "top", ["write -q -P 7 0 64k", "write -q -z 64k 64k"]);
    const kept = join(path, "kept");
    const job = { options: { data_file: "kept.data" }, keepBacking: 1 };
    convert(jobOf(top, kept, "qcow2", job));
    expectSame(path, "top", "kept", "qcow2");
    expect(allocatedBytes(join(path, "kept.data"))).toBe(65536);
  });
});

describe("a data file", () => {
  const attempt = (options: OptionValues, more: object) => () =>
    qcow2.create!(memoryTarget(), { size, options, ...more });

  it.each([
    [{ data_file_raw: true }, {}, "data-file-raw requires data-file"],
    [{ data_file: "a", compat: "0.10" }, {}, "External data files are only supported with"],
    [{ data_file: "nbd:a" }, {}, "must lie beside the image"],
    [{ data_file: "a" }, { compress: true }, "cannot lie in an external data file"],
    [
      { data_file: "a", data_file_raw: true },
      { backing: { name: "b" } },
      "Backing file and data-file-raw cannot be used at the same time",
    ],
    [{ data_file: "a".repeat(450), cluster_size: 512 }, {}, "too long for the header"],
    [{ data_file: "a" }, {}, "cannot be written here"],
  ])("is refused with %j and %j", (options: OptionValues, more, words) => {
    expect(attempt(options, more)).toThrow(words);
  });

  it("may be named by its path, in the folder of the image only", () => {
    const { path } = exactFolder();
    const source = join(path, "source");
    writeFileSync(source, new Uint8Array(4096).fill(1));
    const target = join(path, "target");
    const data_file = join(path, "target.data");
    convert(jobOf(source, target, "qcow2", { options: { data_file } }));
    expect(readdirSync(path).sort()).toEqual(["source", "target", "target.data"]);
    const image = openImage({ path: target, grants: [] });
    try {
      expect(image.layers[0]?.facts.dataFile).toBe(data_file);
    } finally {
      image.close();
    }
    for (const elsewhere of ["sub/a", "../a", join(path, "..", "a")]) {
      const job = jobOf(source, join(path, "other"), "qcow2", {
        options: { data_file: elsewhere },
      });
      expect(() => convert(job)).toThrow("must lie beside the image");
    }
  });

  it("is never the image itself, nor a file that is read", () => {
    const { path } = exactFolder();
    const source = join(path, "source");
    writeFileSync(source, new Uint8Array(4096).fill(1));
    for (const data_file of ["target", "source"]) {
      const job = jobOf(source, join(path, "target"), "qcow2", {
        options: { data_file },
        replace: true,
      });
      expect(() => convert(job)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
      expect(readdirSync(path)).toEqual(["source"]);
    }
  });
});

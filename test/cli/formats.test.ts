import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithQemu, mustBeIdentical, qemuImg, qemuIo, qemuJson } from "../helpers/qemu-img";
import { newFolder, removeFolder } from "../helpers/temp-folder";
import { forEach, linkAsQemuImg, run, words } from "./programs";

/**
 * Images that qemu-img makes of one disk: how, and with which -f it knows them again. Those without
 * options are made apart.
 */
const images: Readonly<Record<string, readonly [options: string, format?: string]>> = {
  "sparse.vmdk": ["-O vmdk"],
  "flat.vmdk": ["-O vmdk -o subformat=monolithicFlat"],
  "sub/split.vmdk": ["-O vmdk -o subformat=twoGbMaxExtentSparse"],
  "split-flat.vmdk": ["-O vmdk -o subformat=twoGbMaxExtentFlat"],
  "stream.vmdk": ["-O vmdk -o subformat=streamOptimized"],
  "normal.vdi": ["-O vdi"],
  "static.vdi": ["-O vdi -o static=on"],
  "dynamic.vhd": ["-O vpc"],
  "exact.vhd": ["-O vpc -o force_size=on"],
  "fixed.vhd": ["-O vpc -o subformat=fixed,force_size=on", "vpc"],
  "dynamic.vhdx": ["-O vhdx"],
  "fixed.vhdx": ["-O vhdx -o subformat=fixed"],
  "plain.qcow": ["-O qcow"],
  "expanding.hds": ["-O parallels"],
  "over.vmdk": [""],
  "over.qcow": [""],
  "compressed.qcow": [""],
};

/** qemu-img 7.2 cannot tell where the blocks of a VHDX lie; Lamina's map is tested with the engine. */
const withoutMap = /\.vhdx$/;

const targets = [
  "vmdk",
  "vmdk -o zeroed_grain=on,hwversion=19",
  "vmdk -o subformat=monolithicFlat",
  "vmdk -o subformat=twoGbMaxExtentSparse",
  "vmdk -o subformat=twoGbMaxExtentFlat",
  "vmdk -o subformat=streamOptimized,adapter_type=lsilogic",
  "vdi",
  "vdi -o static=on",
  "vpc",
  "vpc -o subformat=fixed",
  "vhdx",
  "vhdx -o subformat=fixed,block_size=2M",
];

/** No whole number of clusters, grains or blocks. */
const size = 7 * 2 ** 20 + 512;

describeWithQemu("images of other formats, against qemu-img", () => {
  let folder = "";
  let link = "";
  beforeAll(() => {
    folder = newFolder();
    link = linkAsQemuImg(join(folder, "bin"));
    mkdirSync(join(folder, "sub"));
    qemuImg(["create", "-q", "disk.raw", String(size)], folder);
    const data = ["write -P 5 0 1M", "write -P 6 4M 70k", "write -P 7 7M 512"];
    qemuIo(join(folder, "disk.raw"), "raw", data);
    for (const [name, [options]] of Object.entries(images)) {
      if (options !== "") qemuImg(["convert", ...words(options), "disk.raw", name], folder);
    }
    const over = (format: string, base: string, baseFormat: string): void => {
      const file = `over.${format}`;
      qemuImg(["create", "-q", "-f", format, "-b", base, "-F", baseFormat, file], folder);
      qemuIo(join(folder, file), format, ["write -P 9 2M 70k", "write -P 9 300k 1k"]);
    };
    qemuImg(["create", "-q", "-f", "qcow", "compressed.qcow", String(size)], folder);
    const clusters = ["write -c -P 5 8k 4k", "write -c -P 5 12k 4k", "write -P 7 32k 9k"];
    qemuIo(join(folder, "compressed.qcow"), "qcow", clusters);
    over("vmdk", "sparse.vmdk", "vmdk");
    over("qcow", "disk.raw", "raw");
  });
  afterAll(() => removeFolder(folder));

  it("says what qemu-img says of each", async () => {
    const lines = Object.entries(images).flatMap(([name, [, format]]) => {
      const as = format === undefined ? "" : `-f ${format} `;
      return [
        `info ${as}${name}`,
        `info ${as}--output=json --backing-chain ${name}`,
        `compare ${as}-F raw ${name} disk.raw`,
        ...(withoutMap.test(name) ? [] : [`map ${as}${name}`, `map ${as}--output=json ${name}`]),
      ];
    });
    const differences: unknown[] = [];
    await forEach(lines, async (line) => {
      const theirs = await run("qemu-img", words(line), folder);
      const ours = await run(link, words(line), folder);
      if (JSON.stringify(ours) !== JSON.stringify(theirs)) differences.push({ line, theirs, ours });
    });
    expect(differences).toEqual([]);
  });

  it("reads from each the disk that qemu-img reads", async () => {
    await forEach(Object.entries(images), async ([name, [, format]]) => {
      const raw = `${name.replace("/", "-")}.raw`;
      const converted = await run(link, ["convert", name, raw], folder);
      expect(converted, name).toEqual({ code: 0, stdout: "", stderr: "" });
      const as = format === undefined ? [] : ["-f", format];
      // Without a word of different sizes.
      const read = await run("qemu-img", ["compare", ...as, "-F", "raw", name, raw], folder);
      expect(read, name).toMatchObject({ code: 0, stdout: "Images are identical.\n" });
    });
  });

  it("makes images of the same disk that qemu-img reads, of the size asked for", async () => {
    await forEach([...targets.entries()], async ([at, target]) => {
      const file = `made-${at}`;
      const args = ["convert", "-O", ...words(target), "disk.raw", file];
      expect(await run(link, args, folder), target).toEqual({ code: 0, stdout: "", stderr: "" });
      const format = words(target)[0] ?? "";
      mustBeIdentical(join(folder, file), join(folder, "disk.raw"), format, "raw");
      const made = qemuJson<{ "virtual-size": number }>(["info", "-f", format, file], folder);
      expect(made["virtual-size"], target).toBe(size);
    });
  });

  it("does not replace an extent of the image that it reads", async () => {
    const ours = await run(link, words("convert flat.vmdk flat-flat.vmdk"), folder);
    expect(ours.code).toBe(1);
    expect(ours.stderr).toContain("is a file that the conversion reads. Choose another name.\n");
    mustBeIdentical(join(folder, "flat.vmdk"), join(folder, "disk.raw"), "vmdk", "raw");
  });
});

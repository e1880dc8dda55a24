import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  compareImages,
  convert,
  createImage,
  openImage,
  type ConvertJob,
} from "../../../../electron/engine";
import type { OptionValues } from "../../../../shared/model/format";
import { describeWithQemu, mustBeIdentical, qemuImg, qemuJson } from "../../../helpers/qemu-img";
import { tempFolder } from "../../../helpers/temp-folder";
import { allocatedBytes, jobOf, writeIslands } from "../../ops/convert-job";
import { imageErrorOf, openPath } from "./opened";

const GIB = 2 ** 30;

function toVmdk(source: string, target: string, options: OptionValues, over: object = {}) {
  const job: ConvertJob = jobOf(source, target, "vmdk", { options, ...over });
  return convert(job);
}

/** Names in a folder, but for the source. */
const namesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name !== "a.raw")
    .toSorted();

/** A sparse disk of 5 GiB and a bit with data on both sides of each border of 2 GiB. */
function bordered(folder: string): string {
  const source = join(folder, "a.raw");
  writeIslands(source, 41, 2 ** 27);
  return source;
}

describeWithQemu("a VMDK of several files", () => {
  it.each([
    ["monolithicFlat", ["b-flat.vmdk"]],
    ["twoGbMaxExtentFlat", ["b-f001.vmdk", "b-f002.vmdk", "b-f003.vmdk"]],
    ["twoGbMaxExtentSparse", ["b-s001.vmdk", "b-s002.vmdk", "b-s003.vmdk"]],
  ])("%s is what qemu-img makes of the disk", (subformat, files) => {
    const folder = tempFolder();
    const source = bordered(folder);
    const target = join(folder, "b.vmdk");
    const { fileLength, allocated } = toVmdk(source, target, { subformat });
    const names = [...files, "b.vmdk"].toSorted();
    expect(namesIn(folder)).toEqual(names);
    mustBeIdentical(source, target, "raw", "vmdk");
    expect(qemuImg(["check", "-f", "vmdk", target])).toContain("No errors");
    const sum = (size: (path: string) => number) =>
      names.reduce((all, name) => all + size(join(folder, name)), 0);
    expect(fileLength).toBe(sum((path) => statSync(path).size));
    expect(allocated).toBe(sum(allocatedBytes));

    const theirs = join(tempFolder(), "b.vmdk");
    qemuImg(["convert", "-O", "vmdk", "-o", `subformat=${subformat}`, source, theirs]);
    const told = (path: string) => {
      const info = qemuJson<{ "format-specific": { data: { extents: object[] } } }>(["info", path]);
      const { extents, ...data } = info["format-specific"].data;
      const named = extents.map((each) => ({
        ...each,
        filename: basename((each as { filename: string }).filename),
      }));
      return { ...data, cid: 0, extents: named };
    };
    expect(told(target)).toEqual(told(theirs));
    for (const name of files) {
      expect(statSync(join(folder, name)).size, name).toBe(statSync(join(theirs, "..", name)).size);
    }
    const facts = openPath(target).facts.formatSpecific;
    const info = qemuJson<{ "format-specific": { data: object } }>(["info", target]);
    expect(facts).toEqual(info["format-specific"].data);
    const descriptor = (path: string) => readFileSync(path, "utf8").replace(/CID=\w+\n/, "");
    expect(descriptor(target)).toBe(descriptor(theirs).replace(/\0+$/, ""));
  });

  it("has 1024 files for 2 TiB", () => {
    const folder = tempFolder();
    const source = join(folder, "a.raw");
    writeIslands(source, 16, 2 ** 37);
    const target = join(folder, "b.vmdk");
    toVmdk(source, target, { subformat: "twoGbMaxExtentSparse" });
    expect(namesIn(folder)).toHaveLength(1025);
    // qemu-img takes minutes to look through so many extents.
    const open = (path: string) => openImage({ path, grants: [] });
    const [ours, plain] = [open(target), open(source)];
    expect(ours.size).toBe(2 ** 41);
    expect(compareImages(ours, plain)).toEqual({ identical: true, sizesDiffer: false });
    ours.close();
    plain.close();
  });

  it("keeps both directories of an extent in step", () => {
    const folder = tempFolder();
    toVmdk(bordered(folder), join(folder, "b.vmdk"), { subformat: "twoGbMaxExtentSparse" });
    const bytes = readFileSync(join(folder, "b-s001.vmdk"));
    const [redundant, primary] = [48, 56].map((at) => {
      const directory = Number(bytes.readBigUInt64LE(at)) * 512;
      return Array.from({ length: 64 }, (_, table) => {
        const tableAt = bytes.readUInt32LE(directory + table * 4) * 512;
        return bytes.subarray(tableAt, tableAt + 2048).toString("hex");
      });
    });
    expect(primary).toEqual(redundant);
    expect(new Set(primary).size).toBeGreaterThan(10);
  });

  it.each(["no-ending", "my.disk.img", "Größe.vmdk", "two words.vmdk"])(
    "names them after %s",
    (name) => {
      const folder = tempFolder();
      const spec = { size: 3 * GIB, options: { subformat: "twoGbMaxExtentFlat" } };
      const path = join(folder, name);
      createImage({ path, format: "vmdk", spec, replace: false, flush: false });
      const ours = readdirSync(folder).toSorted();
      const other = tempFolder();
      const options = ["-o", "subformat=twoGbMaxExtentFlat"];
      qemuImg(["create", "-q", "-f", "vmdk", ...options, name, "3G"], other);
      expect(ours).toEqual(readdirSync(other).toSorted());
      expect(openPath(path).size).toBe(3 * GIB);
      qemuImg(["check", "-f", "vmdk", path]);
    },
  );
});

describe("a VMDK of several files, when it goes wrong", () => {
  const islands = (folder: string): string => {
    const source = join(folder, "a.raw");
    writeIslands(source, 20, 2 ** 20);
    return source;
  };

  it("leaves nothing when it is cancelled, and what it would replace", () => {
    const folder = tempFolder();
    const source = islands(folder);
    writeFileSync(join(folder, "b-flat.vmdk"), "old");
    const job = jobOf(source, join(folder, "b.vmdk"), "vmdk", { replace: true });
    job.control.cancel();
    const attempt = () => convert({ ...job, options: { subformat: "monolithicFlat" } });
    expect(imageErrorOf(attempt).code).toBe("cancelled");
    expect(namesIn(folder)).toEqual(["b-flat.vmdk"]);
    expect(readFileSync(join(folder, "b-flat.vmdk"), "utf8")).toBe("old");
  });

  it("replaces an extent only when asked to", () => {
    const folder = tempFolder();
    const source = islands(folder);
    const target = join(folder, "b.vmdk");
    writeFileSync(join(folder, "b-s001.vmdk"), "old");
    const options = { subformat: "twoGbMaxExtentSparse" };
    expect(imageErrorOf(() => toVmdk(source, target, options)).code).toBe("exists");
    expect(namesIn(folder)).toEqual(["b-s001.vmdk"]);
    toVmdk(source, target, options, { replace: true });
    expect(namesIn(folder)).toEqual(["b-s001.vmdk", "b.vmdk"]);
    expect(openPath(target).size).toBe(20 * 2 ** 20);
  });

  it("never writes over what it reads, whatever becomes of the name", () => {
    const folder = tempFolder();
    writeIslands(join(folder, "b-flat.vmdk"), 20, 2 ** 20);
    const before = readFileSync(join(folder, "b-flat.vmdk"));
    const attempt = () =>
      toVmdk(
        join(folder, "b-flat.vmdk"),
        join(folder, "b.vmdk"),
        { subformat: "monolithicFlat" },
        { replace: true },
      );
    expect(imageErrorOf(attempt)).toMatchObject({ code: "invalid-argument" });
    expect(readdirSync(folder)).toEqual(["b-flat.vmdk"]);
    expect(readFileSync(join(folder, "b-flat.vmdk")).equals(before)).toBe(true);
  });

  it("refuses names that a descriptor cannot hold, and more extents than are read", () => {
    const folder = tempFolder();
    const create = (name: string, size: number) => () =>
      createImage({
        path: join(folder, name),
        format: "vmdk",
        spec: { size, options: { subformat: "twoGbMaxExtentFlat" } },
        replace: false,
        flush: false,
      });
    if (process.platform !== "win32") {
      expect(imageErrorOf(create('a"b.vmdk', 512)).code).toBe("invalid-argument");
      expect(imageErrorOf(create("a\nb.vmdk", 512)).code).toBe("invalid-argument");
    }
    expect(imageErrorOf(create("a.vmdk", 4097 * 2 * GIB)).code).toBe("limit");
    expect(readdirSync(folder)).toEqual([]);
  });
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { vpc } from "../../../../electron/engine/formats/vhd";
import { createFile, openFile } from "../../../../electron/engine/io/file";
import { memoryTarget } from "../../../../electron/engine/io/memory";
import type { OptionValues } from "../../../../shared/model/format";
import { patternDisk } from "../../../helpers/pattern-disk";
import {
  describeWithQemu,
  mustBeIdentical,
  qemuImg,
  qemuIo,
  qemuJson,
} from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { openAlone } from "../../conformance/open-alone";
import { notZero, writeOwn } from "../../conformance/own-images";
import { expectReads } from "../../conformance/reading";
import { detailsOf, footerAt, headerAt, seal } from "./handmade";

const mebi = 2 ** 20;
const sizes = [0, 512, 2 * mebi, 2 * mebi + 512, 11 * mebi - 512];
const subformats = ["dynamic", "fixed"];
// qemu takes a footer at byte 0 for a dynamic disk's, so a fixed disk of no size is none for it.
const cases = subformats
  .flatMap((subformat) => sizes.map((size) => ({ subformat, size })))
  .filter(({ subformat, size }) => subformat === "dynamic" || size > 0);
const invalid = expect.objectContaining({ code: "invalid-argument" });

function write(path: string, content: Uint8Array, options: OptionValues): void {
  const target = createFile(path);
  try {
    const spec = { size: content.length, options };
    writeOwn(vpc, target, { spec, content, holds: notZero(content) }, random(runSeed));
  } finally {
    target.close();
  }
}

/** An empty image of `size` bytes. */
function empty(size: number, options: OptionValues = {}) {
  const target = memoryTarget();
  vpc.create!(target, { size, options }).finish(0);
  return { target, layer: openAlone(vpc, target).layers[0]! };
}

describeWithQemu("a VHD written by us", () => {
  it.each(cases)(
    `($subformat, $size bytes) has exactly that size for qemu-img (seed ${runSeed})`,
    ({ subformat, size }) => {
      const folder = tempFolder();
      const [path, raw] = [join(folder, "a.vhd"), join(folder, "a.raw")];
      const { bytes } = patternDisk(random(runSeed), size, 900_000);
      write(path, bytes, { subformat });
      writeFileSync(raw, bytes);
      const info = qemuJson<Record<string, unknown>>(["info", "-f", "vpc", path]);
      expect(info["virtual-size"]).toBe(size);
      mustBeIdentical(path, raw, "vpc", "raw");
    },
  );

  it.each([1, 10, 32, 127, 128, 2040])("of %i GiB has exactly that size, too", (gibi) => {
    const path = join(tempFolder(), "a.vhd");
    const size = gibi * 2 ** 30;
    const target = createFile(path);
    vpc.create!(target, { size, options: {} }).finish(0);
    target.close();
    const info = qemuJson<Record<string, unknown>>(["info", "-f", "vpc", path]);
    expect(info["virtual-size"]).toBe(size);
  });

  it("can be written on by qemu", () => {
    const path = join(tempFolder(), "a.vhd");
    const { bytes } = patternDisk(random(runSeed), 9 * mebi);
    bytes.fill(0, 2 * mebi, 4 * mebi);
    write(path, bytes, {});
    qemuIo(path, "vpc", [`write -P 7 ${2 * mebi + 1000} 2000`, "write -P 8 0 700"]);
    bytes.fill(7, 2 * mebi + 1000, 2 * mebi + 3000).fill(8, 0, 700);
    const image = openAlone(vpc, openFile(path));
    expectReads(image, bytes, random(runSeed));
    expect(image.layers[0]?.facts.corrupt).toBeUndefined();
    image.close();
  });

  it("takes hardly more room than qemu-img's", () => {
    const folder = tempFolder();
    const [ours, raw, theirs] = ["a.vhd", "a.raw", "b.vhd"].map((name) => join(folder, name));
    const { bytes } = patternDisk(random(runSeed), 60 * mebi, 900_000);
    write(ours!, bytes, {});
    writeFileSync(raw!, bytes);
    qemuImg(["convert", "-f", "raw", "-O", "vpc", "-o", "force_size=on", raw!, theirs!]);
    const length = (path: string): number => openFile(path).size;
    expect(length(ours!)).toBeLessThanOrEqual(length(theirs!) * 1.005);
  });
});

describe("a new dynamic VHD", () => {
  it("keeps its blocks on pages, each with its bitmap in the sector before", () => {
    const target = memoryTarget();
    const writer = vpc.create!(target, { size: 5 * mebi, options: {} });
    expect(writer.placement).toEqual({
      kind: "slots",
      blockSize: 2 * mebi,
      firstSlotAt: 4096,
      slotSize: 2 * mebi + 4096,
      headSize: 4096,
      holeSize: 4096,
    });
    writer.placed(0, 1, 1);
    writer.placed(2, 0, 1);
    writer.finish(2);
    expect(target.size).toBe(4096 + 2 * (2 * mebi + 4096) + 512);
    const layer = openAlone(vpc, target).layers[0]!;
    expect(layer.map(0, 5 * mebi)).toMatchObject({
      kind: "data",
      at: 4096 + 2 * mebi + 4096 + 4096,
      length: 2 * mebi,
    });
    expect(layer.map(2 * mebi, 3 * mebi)).toEqual({ kind: "unallocated", length: 2 * mebi });
    expect(layer.map(4 * mebi, mebi)).toMatchObject({ kind: "data", at: 8192, length: mebi });
  });

  it("has the same footer at both ends, and right checksums", () => {
    const { target } = empty(5 * mebi);
    const [copy, end, header] = [new Uint8Array(512), new Uint8Array(512), new Uint8Array(1024)];
    target.read(0, copy);
    target.read(target.size - 512, end);
    target.read(512, header);
    expect(copy).toEqual(end);
    for (const [bytes, at] of [
      [copy, footerAt.checksum],
      [header, headerAt.checksum],
    ] as const) {
      const sealed = bytes.slice();
      seal(sealed, at);
      expect(sealed).toEqual(bytes);
    }
  });

  it("of 2040 GiB takes no more than its table", () => {
    const { target, layer } = empty(2040 * 2 ** 30);
    expect(target.size).toBeLessThan(5 * mebi);
    const length = 2040 * 2 ** 30;
    expect(layer.map(0, length)).toEqual({ kind: "unallocated", length });
  });
});

describe("a new VHD", () => {
  it.each(subformats)(
    "(%s) has the same original and current size, and is sure of it",
    (subformat) => {
      const details = detailsOf(empty(20 * 2 ** 30, { subformat }).layer);
      expect(details.get("disk type")).toBe(subformat);
      expect(details.get("disk geometry")).toBe("65535/16/255");
      for (const name of [
        "original size",
        "current size",
        "geometry size",
        "saved state",
        "footer",
      ])
        expect(details.has(name)).toBe(false);
      const age = Date.now() - Date.parse(String(details.get("time stamp")));
      expect(Math.abs(age)).toBeLessThan(60_000);
    },
  );

  it.each([
    [0, 0],
    [512, mebi],
    [mebi, mebi],
    [5 * mebi + 1, 6 * mebi],
    [2040 * 2 ** 30, 2040 * 2 ** 30],
  ])("of %i bytes in whole MiB has %i", (asked, size) => {
    for (const subformat of subformats) {
      const { layer } = empty(asked, { subformat, whole_mib: true });
      expect(layer.size).toBe(size);
      expect(detailsOf(layer).has("original size")).toBe(false);
    }
  });

  it("of subformat fixed is the disk and 512 bytes, and takes no space for zeros", () => {
    const { target, layer } = empty(30 * mebi, { subformat: "fixed" });
    expect(target.size).toBe(30 * mebi + 512);
    expect(target.allocated).toBeLessThan(mebi);
    expect(layer.map(0, 30 * mebi)).toMatchObject({ kind: "zero", length: 30 * mebi });
  });

  it("has a unique ID of its own every time", () => {
    const ids = [1, 2, 3].map(() => detailsOf(empty(mebi).layer).get("unique ID"));
    expect(new Set(ids).size).toBe(3);
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53, 2040 * 2 ** 30 + 1])("cannot have %d bytes", (size) => {
    expect(() => empty(size)).toThrow(invalid);
  });

  it("refuses options that it has not, and parents", () => {
    expect(() => empty(512, { static: true })).toThrow(invalid);
    expect(() => empty(512, { whole_mib: 1 })).toThrow(invalid);
    expect(() => empty(512, { subformat: "differencing" })).toThrow(invalid);
    const spec = { size: 512, options: {}, backing: { name: "base.vhd" } };
    expect(() => vpc.create!(memoryTarget(), spec)).toThrow(invalid);
  });
});

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { stackLayers } from "../../../../electron/engine/image/disk-image";
import { expectBytes } from "../../../helpers/bytes";
import { describeWithQemu, qemuImg } from "../../../helpers/qemu-img";
import { tempFolder } from "../../../helpers/temp-folder";
import {
  block,
  detailsOf,
  fixed,
  handmade,
  headerAt,
  openBytes,
  utf16,
  type Handmade,
} from "./handmade";

const blockSize = 4096;
const some = [true, false, true, true, false, false, false, false];
const base = Uint8Array.from({ length: 3 * blockSize }, (_, at) => 100 + (at % 100));

/** Block 0 is the parent's, block 1 partly, block 2 is one of zeros. */
const parts: Handmade = {
  type: 4,
  table: [undefined, 1, 0],
  blocks: [
    { bitmap: new Uint8Array(512).fill(0xff), data: new Uint8Array(blockSize) },
    block(some, 1),
  ],
  parentName: "parent.vhd",
};

/** What the guest reads. */
function expected(): Uint8Array {
  const bytes = base.slice();
  some.forEach((isStored, sector) => {
    const at = blockSize + sector * 512;
    if (isStored) bytes.fill(1 + sector, at, at + 512);
  });
  return bytes.fill(0, 2 * blockSize);
}

const relative = { code: "W2ru", bytes: utf16(".\\sub\\b\u00e4se.vhd", "little") };
const absolute = { code: "W2ku", bytes: utf16("C:\\vm\\base.vhd", "little") };
const mac = { code: "MacX", bytes: new TextEncoder().encode("file://host/base.vhd") };
const old = { code: "Wi2r", bytes: new TextEncoder().encode("base.vhd") };

describe("a differencing VHD", () => {
  it("asks the parent for free blocks and for sectors whose bit is clear, and for no others", () => {
    const image = stackLayers([openBytes(handmade(parts)), openBytes(fixed(base))]);
    const bytes = new Uint8Array(image.size);
    image.read(0, bytes);
    expectBytes(bytes, expected());
  });

  it.each([
    {
      name: "relative before all",
      locators: [absolute, mac, relative],
      names: ["./sub/b\u00e4se.vhd", "parent.vhd", "C:\\vm\\base.vhd", "file://host/base.vhd"],
      beside: ["b\u00e4se.vhd", "base.vhd"],
    },
    {
      name: "in the header before absolute",
      locators: [absolute],
      names: ["parent.vhd", "C:\\vm\\base.vhd"],
      beside: ["base.vhd"],
    },
    { name: "in the header alone", locators: [], names: ["parent.vhd"], beside: [] },
    {
      name: "in the header, deprecated ones aside",
      locators: [old],
      names: ["parent.vhd"],
      beside: [],
    },
    {
      name: "absolute before an absolute one in the header",
      locators: [mac, absolute],
      parentName: "D:\\elsewhere.vhd",
      names: ["C:\\vm\\base.vhd", "D:\\elsewhere.vhd", "file://host/base.vhd"],
      beside: ["base.vhd", "elsewhere.vhd"],
    },
    {
      name: "a Mac's when there is no other",
      locators: [mac],
      parentName: "",
      names: ["file://host/base.vhd"],
      beside: ["base.vhd"],
    },
  ])("takes its parent's name $name", ({ locators, names, beside, parentName = "parent.vhd" }) => {
    const layer = openBytes(handmade({ ...parts, locators, parentName }));
    const [name, ...otherNames] = [...names, ...beside];
    expect(layer.parent).toEqual({
      name,
      ...(otherNames.length > 0 && { otherNames }),
      format: "vpc",
      expects: {
        identity: { "unique ID": ["c0c1c2c3-c4c5-c6c7-c8c9-cacbcccdcecf"] },
        unchangedSince: Date.UTC(2000, 0, 1, 1, 0, 2),
      },
    });
  });

  it("tells all names as they are written, and what the parent must be", () => {
    const details = detailsOf(openBytes(handmade({ ...parts, locators: [absolute, relative] })));
    expect(details.get("disk type")).toBe("differencing");
    expect(details.get("W2ku")).toBe("C:\\vm\\base.vhd");
    expect(details.get("W2ru")).toBe(".\\sub\\b\u00e4se.vhd");
    expect(details.get("Parent Unicode Name")).toBe("parent.vhd");
    expect(details.get("parent unique ID")).toBe("c0c1c2c3-c4c5-c6c7-c8c9-cacbcccdcecf");
    expect(details.get("parent time stamp")).toBe("2000-01-01T01:00:00.000Z");
  });

  it("without any name is read as far as it needs no parent", () => {
    const layer = openBytes(handmade({ ...parts, parentName: "" }));
    expect(layer.parent).toBeUndefined();
    expect(layer.map(blockSize, 512)).toMatchObject({ kind: "data", length: 512 });
    for (const at of [0, blockSize + 512])
      expect(() => layer.map(at, 1)).toThrow(
        expect.objectContaining({
          code: "unsupported",
          found: "c0c1c2c3-c4c5-c6c7-c8c9-cacbcccdcecf",
        }),
      );
  });

  it.each([
    ["longer than any path", 8, 65537, "limit"],
    ["past the end of the file", 8, 65536, "truncated"],
    ["at an offset past the end", 20, 0x7fffffff, "truncated"],
    ["at an offset past 2^53", 16, 0xffffffff, "limit"],
  ])("is refused with a locator %s", (_, at, value, code) => {
    const bytes = handmade({ ...parts, locators: [relative] });
    new DataView(bytes.buffer).setUint32(512 + headerAt.locators + at, value);
    expect(() => openBytes(bytes)).toThrow(expect.objectContaining({ code }));
  });

  it("has a parent only when its type says so", () => {
    const layer = openBytes(handmade({ ...parts, type: 3, locators: [relative] }));
    expect(layer.parent).toBeUndefined();
    expect(layer.map(0, 1)).toEqual({ kind: "unallocated", length: 1 });
  });
});

describeWithQemu("a differencing VHD, unlike with qemu-img", () => {
  it("is not read as if it had no parent", () => {
    const folder = tempFolder();
    const [child, raw] = [join(folder, "child.vhd"), join(folder, "child.raw")];
    // A creator for whose disks qemu takes the current size.
    const bytes = handmade({ ...parts, creator: "win " });
    writeFileSync(child, bytes);
    qemuImg(["convert", "-f", "vpc", "-O", "raw", child, raw]);
    expectBytes(readFileSync(raw).subarray(0, blockSize), new Uint8Array(blockSize));
    const image = stackLayers([openBytes(bytes), openBytes(fixed(base))]);
    const first = new Uint8Array(blockSize);
    image.read(0, first);
    expectBytes(first, base.subarray(0, blockSize));
  });
});

import { describe, expect, it } from "vitest";
import { guidBytes } from "../../../../electron/engine/codec/guid";
import { vhdx } from "../../../../electron/engine/formats/vhdx";
import { stackLayers } from "../../../../electron/engine/image/disk-image";
import { closedGate } from "../../../../electron/engine/image/gate";
import type { ByteTarget } from "../../../../electron/engine/io/source";
import { expectBytes } from "../../../helpers/bytes";
import { random, runSeed } from "../../../helpers/seed";
import { plainFacts } from "../../../helpers/plain-facts";
import {
  entry,
  filled,
  guids,
  handmade,
  itemStep,
  MiB,
  open,
  places,
  read,
  structure,
} from "./handmade";

const hasParent = 2;
const parentLocator = {
  parent_linkage: `{${guids.dataWrite}}`,
  parent_linkage2: "{83ed00bb-80d8-4d8b-a5d1-ab34a2c77fb3}",
  relative_path: "..\\base disks\\base.vhdx",
  volume_path: "\\\\?\\Volume{26a21bda-a627-11d7-9931-806e6f6e6963}\\base.vhdx",
  absolute_win32_path: "\\\\?\\c:\\disks\\base.vhdx",
};

const child = (bat: Record<number, bigint>, size = 8 * MiB, sectorSize = 512): ByteTarget =>
  handmade({ flags: hasParent, parentLocator, bat, size, sectorSize });

/** A parent of 8 MiB whose n-th MiB is full of n + 1. */
function base(): ByteTarget {
  const bat = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [n, entry(6, 8 + n)]));
  const target = handmade({ bat });
  for (let n = 0; n < 8; n += 1) target.write((8 + n) * MiB, filled(MiB, n + 1));
  return target;
}

const over = (target: ByteTarget, below: ByteTarget) =>
  stackLayers([target, below].map((each) => vhdx.open(each, closedGate)));

describe("the parent", () => {
  it("is not looked for among more keys than a locator can have", () => {
    const target = child({});
    target.write(places.items + 5 * itemStep + 18, Uint8Array.of(65, 0));
    // The item ends before so many keys; that they are too many is told first.
    expect(() => open(target)).toThrow(expect.objectContaining({ code: "limit", found: 65 }));
  });

  it("is named by the relative path first, and its linkage is told", () => {
    const { parent, facts } = vhdx.open(child({}), closedGate);
    expect(parent).toEqual({
      name: "../base disks/base.vhdx",
      otherNames: [parentLocator.absolute_win32_path, parentLocator.volume_path, "base.vhdx"],
      format: "vhdx",
      expects: {
        identity: { DataWriteGuid: [guids.dataWrite, parentLocator.parent_linkage2.slice(1, -1)] },
      },
    });
    expect(plainFacts(facts).details).toContainEqual({ name: "subformat", value: "differencing" });
    for (const [name, value] of Object.entries(parentLocator))
      expect(plainFacts(facts).details).toContainEqual({ name, value });
    const { facts: below } = vhdx.open(base(), closedGate);
    expect(below.details).toContainEqual({ name: "DataWriteGuid", value: guids.dataWrite });
  });

  it.each([
    [
      { absolute_win32_path: "c:\\a.vhdx", volume_path: "v" },
      { name: "c:\\a.vhdx", otherNames: ["v"] },
    ],
    [{ volume_path: "v", relative_path: "" }, { name: "v" }],
  ])("is named by %o", (locator, names) => {
    // Without a linkage nothing tells it from a file of the same name beside the child.
    const target = handmade({ flags: hasParent, parentLocator: locator });
    expect(vhdx.open(target, closedGate).parent).toEqual({ ...names, format: "vhdx" });
  });

  it("is missed, where it has no name, only for what it holds", () => {
    for (const locator of [undefined, { parent_linkage: "{x}" }]) {
      const target = handmade({
        flags: hasParent,
        bat: { 0: entry(6, 8), 1: entry(2) },
        ...(locator && { parentLocator: locator }),
      });
      target.write(8 * MiB, filled(MiB, 9));
      const image = open(target);
      expect(image.layers[0]?.parent).toBeUndefined();
      expectBytes(read(image, 0, MiB), filled(MiB, 9));
      expectBytes(read(image, MiB, MiB), new Uint8Array(MiB));
      expect(() => read(image, 2 * MiB, 1)).toThrow(
        expect.objectContaining({
          code: "unsupported",
          found: locator?.parent_linkage ?? "unknown",
        }),
      );
    }
  });

  it("is not that of a disk without the flag", () => {
    const { parent } = vhdx.open(handmade({ parentLocator }), closedGate);
    expect(parent).toBeUndefined();
  });

  it("is refused in a locator of another type", () => {
    const target = child({});
    target.write(places.items + 5 * 64, guidBytes(guids.bat));
    expect(() => open(target)).toThrow(
      expect.objectContaining({ code: "unsupported", found: guids.bat }),
    );
  });

  it.each([
    ["key", 0],
    ["value", 4],
  ])("is refused when a %s of the locator lies outside it", (_, at) => {
    const target = child({});
    target.write(
      places.items + 5 * 64 + 20 + at,
      structure(4, (put) => put.u32(0, 2 ** 31)),
    );
    expect(() => open(target)).toThrow(expect.objectContaining({ code: "truncated" }));
  });
});

describe("a differencing disk", () => {
  it("asks the parent for what is not present, and for nothing else", () => {
    const target = child({ 1: entry(6, 8), 2: entry(1), 3: entry(2), 4: entry(3), 6: entry(6, 9) });
    target.write(8 * MiB, filled(MiB, 0x81));
    const image = over(target, base());
    const expected = [1, 0x81, 0, 0, 0, 6, 0, 8];
    for (const [n, value] of expected.entries())
      expectBytes(read(image, n * MiB, MiB), filled(MiB, value));
  });

  it.each([512, 4096])(
    "finds sectors of %i bytes by the bitmap, lowest bit first",
    (sectorSize) => {
      const target = child(
        { 1: entry(7, 8), [4096 * (sectorSize / 512)]: entry(6, 20) },
        8 * MiB,
        sectorSize,
      );
      target.write(8 * MiB, filled(MiB, 0x81));
      // The bits of block 1 lie behind those of block 0.
      target.write(20 * MiB + MiB / sectorSize / 8, Uint8Array.of(0b0000_0001, 0b1100_0000));
      const image = over(target, base());
      const expected = filled(MiB, 2);
      for (const sector of [0, 14, 15])
        expected.fill(0x81, sector * sectorSize, (sector + 1) * sectorSize);
      expectBytes(read(image, MiB, MiB), expected);
      expect(
        [...image.extents(MiB, MiB)].map(({ depth, run }) => [depth, run.length / sectorSize]),
      ).toEqual([
        [0, 1],
        [1, 13],
        [0, 2],
        [1, MiB / sectorSize - 16],
      ]);
    },
  );

  it(`reads like the array model with random bitmaps (seed ${runSeed})`, () => {
    const r = random(runSeed);
    const target = child({
      ...Object.fromEntries(
        r.shuffled([0, 1, 2, 3, 4, 5]).map((block, n) => [block, entry(7, 8 + n)]),
      ),
      4096: entry(6, 20),
    });
    const expected = new Uint8Array(8 * MiB);
    const below = base();
    for (let n = 0; n < 8; n += 1) expected.fill(n + 1, n * MiB, (n + 1) * MiB);
    const bitmap = new Uint8Array(6 * 256);
    for (let sector = 0; sector < 6 * 2048;) {
      const run = r.between(1, r.pick([3, 40, 3000]));
      const stored = r.chance(0.5);
      for (let n = 0; n < run && sector < 6 * 2048; n += 1, sector += 1) {
        if (!stored) continue;
        bitmap[sector >> 3] = bitmap[sector >> 3]! | (1 << (sector & 7));
        const block = Math.floor(sector / 2048);
        const bytes = read(target, places.bat + block * 8, 8);
        const at = (bytes[2]! >> 4) * MiB + (bytes[3]! << 4) * MiB + (sector % 2048) * 512;
        const fresh = new Uint8Array(512);
        r.fill(fresh);
        target.write(at, fresh);
        expected.set(fresh, sector * 512);
      }
    }
    target.write(20 * MiB, bitmap);
    const image = over(target, below);
    expectBytes(read(image, 0, 8 * MiB), expected);
    let end = 0;
    for (const { at, run } of image.extents()) {
      expect(at).toBe(end);
      end += run.length;
    }
    expect(end).toBe(8 * MiB);
    for (let turn = 0; turn < 200; turn += 1) {
      const at = r.between(0, 8 * MiB);
      const length = Math.min(r.between(1, 5000), 8 * MiB - at);
      expectBytes(read(image, at, length), expected.subarray(at, at + length), at);
    }
  });

  it("has its own bitmap for each chunk", () => {
    const seam = 4096 * MiB;
    const target = handmade({
      flags: hasParent,
      parentLocator,
      size: seam + MiB,
      bat: { 4095: entry(7, 8), 4096: entry(6, 20), 4097: entry(7, 9), 8193: entry(6, 21) },
    });
    target.write(8 * MiB, filled(2 * MiB, 7));
    target.write(21 * MiB - 1, Uint8Array.of(0x80, 0x01));
    const image = over(target, base());
    const expected = new Uint8Array(2048);
    expected.fill(7, 512, 1536);
    expectBytes(read(image, seam - 1024, 2048), expected);
  });

  it.each([
    [0n, "none"],
    [entry(0, 20), "one that is not present"],
    [entry(6, 0), "one without a place"],
    [entry(6, 64), "one past the end of the file"],
  ])("needs a bitmap for a partly present block: %s is %s", (bitmap) => {
    const image = over(child({ 1: entry(7, 8), 4096: bitmap }), base());
    expectBytes(read(image, 0, MiB), filled(MiB, 1));
    expect(() => read(image, MiB, 1)).toThrow(
      expect.objectContaining({ code: "invalid-table", at: places.bat + 4096 * 8 }),
    );
  });

  it("needs the table to reach to the last chunk's bitmap", () => {
    const fileSize = places.bat + 4097 * 8;
    expect(handmade({ flags: hasParent, fileSize }).size).toBe(fileSize);
    expect(() => open(handmade({ flags: hasParent, fileSize: fileSize - 1 }))).toThrow(
      expect.objectContaining({ code: "truncated" }),
    );
  });

  it("over a shorter parent reads zeros behind its end", () => {
    const image = over(child({}, 9 * MiB), base());
    expectBytes(read(image, 7 * MiB, MiB), filled(MiB, 8));
    expectBytes(read(image, 8 * MiB, MiB), new Uint8Array(MiB));
  });
});

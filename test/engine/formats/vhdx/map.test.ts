import { describe, expect, it } from "vitest";
import { vhdx } from "../../../../electron/engine/formats/vhdx";
import { closedGate } from "../../../../electron/engine/image/gate";
import { expectBytes } from "../../../helpers/bytes";
import { entry, filled, handmade, MiB, open, places, read } from "./handmade";

describe("the states of a payload block", () => {
  const [data] = [filled(MiB, 0xaa)];

  it.each([
    [0, "unallocated"],
    [1, "zero"],
    [2, "zero"],
    [3, "zero"],
    [5, "zero"],
  ] as const)("%i is no data, even with an offset", (state, kind) => {
    const target = handmade({ bat: { 0: entry(6, 8), 1: entry(state, 9), 2: entry(6, 10) } });
    for (const at of [8, 9, 10]) target.write(at * MiB, data);
    const image = open(target);
    expect([...image.extents(0, 3 * MiB)].map(({ run }) => [run.kind, run.length])).toEqual([
      ["data", MiB],
      [kind, MiB],
      ["data", MiB],
    ]);
    expectBytes(read(image, MiB, MiB), new Uint8Array(MiB));
    expectBytes(read(image, 2 * MiB, MiB), data);
  });

  it("6 lies where its entry says, in any order, and neighbours are told as one", () => {
    const order = [12, 8, 9, 10, 7, 6];
    const bat = Object.fromEntries(order.map((at, index) => [index, entry(6, at)]));
    const target = handmade({ bat });
    for (const at of order) target.write(at * MiB, filled(MiB, at));
    const image = open(target);
    for (const [index, at] of order.entries())
      expectBytes(read(image, index * MiB, MiB), filled(MiB, at));
    expect([...image.extents(0, 6 * MiB)].map(({ run }) => run.length / MiB)).toEqual([1, 3, 1, 1]);
  });

  it.each([
    [4, 8, "no such state"],
    [7, 8, "partly present without a parent"],
    [6, 0, "no place"],
    [6, 64, "past the end"],
    [6, 2 ** 43, "far past the end"],
  ])("state %i at MiB %i is damage: %s", (state, at) => {
    const image = open(handmade({ bat: { 0: entry(6, 8), 1: entry(state, at) } }));
    expectBytes(read(image, 0, MiB), new Uint8Array(MiB));
    expect(() => read(image, MiB, 1)).toThrow(
      expect.objectContaining({ code: "invalid-table", at: places.bat + 8 }),
    );
  });

  it("a block that the file ends in is read up to there", () => {
    const target = handmade({ bat: { 0: entry(6, 8) }, fileSize: 8 * MiB + 1000 });
    const image = open(target);
    expectBytes(read(image, 0, 1000), new Uint8Array(1000));
    expect(() => read(image, 0, 1001)).toThrow(
      expect.objectContaining({ code: "invalid-table", at: places.bat }),
    );
  });
});

describe("the last block", () => {
  it("may be a part of one", () => {
    const size = 3 * MiB + 1536;
    const target = handmade({ size, bat: { 3: entry(6, 8) } });
    target.write(8 * MiB, filled(MiB, 1));
    const image = open(target);
    expect(image.size).toBe(size);
    expectBytes(read(image, 3 * MiB, 1536), filled(1536, 1));
    expect([...image.extents()].map(({ run }) => run.length)).toEqual([3 * MiB, 1536]);
  });
});

describe("entries of sector bitmaps", () => {
  it.each([
    { sectorSize: 512, blockSize: MiB, ratio: 4096 },
    { sectorSize: 512, blockSize: 32 * MiB, ratio: 128 },
    { sectorSize: 512, blockSize: 256 * MiB, ratio: 16 },
    { sectorSize: 4096, blockSize: 32 * MiB, ratio: 1024 },
  ])("lie behind each $ratio blocks", ({ sectorSize, blockSize, ratio }) => {
    const seam = ratio * blockSize;
    const target = handmade({
      sectorSize,
      blockSize,
      size: 2 * seam + 3 * blockSize,
      // What is in the entry of a bitmap must not matter in a disk without parent.
      bat: {
        [ratio - 1]: entry(6, 300),
        [ratio]: entry(6, 50),
        [ratio + 1]: entry(6, 300 + blockSize / MiB),
        [2 * ratio + 4]: entry(6, 10),
      },
      fileSize: 1024 * MiB,
    });
    target.write(300 * MiB + blockSize - 2, Uint8Array.of(1, 2, 3, 4));
    target.write(10 * MiB, Uint8Array.of(5));
    const image = open(target);
    expectBytes(read(image, seam - 2, 4), Uint8Array.of(1, 2, 3, 4));
    expectBytes(read(image, 2 * seam + 2 * blockSize, 2), Uint8Array.of(5, 0));
    expect([...image.extents()].map(({ at, run }) => [at, run.kind, run.length])).toEqual([
      [0, "unallocated", seam - blockSize],
      [seam - blockSize, "data", 2 * blockSize],
      [seam + blockSize, "unallocated", seam + blockSize],
      [2 * seam + 2 * blockSize, "data", blockSize],
    ]);
  });

  it("need no place behind the last chunk", () => {
    const size = 4096 * MiB;
    const bat = places.bat + 4095 * 8;
    const target = handmade({ size, bat: { 4095: entry(6, 8) } });
    target.write(8 * MiB, filled(MiB, 3));
    expectBytes(read(open(target), size - 4, 4), filled(4, 3));
    expect(() => open(handmade({ size, fileSize: bat + 7 }))).toThrow(
      expect.objectContaining({ code: "truncated" }),
    );
  });
});

describe("a large disk", () => {
  it("is told in one run where it is empty, the table read once", () => {
    const size = 2 ** 44;
    const target = handmade({ size, batLength: 256 * MiB, fileSize: 512 * MiB });
    let bytes = 0;
    const source = {
      ...target,
      read(at: number, into: Uint8Array) {
        bytes += into.length;
        target.read(at, into);
      },
    };
    const layer = vhdx.open(source, closedGate);
    bytes = 0;
    expect(layer.map(0, size)).toEqual({ kind: "unallocated", length: size });
    expect(bytes).toBeLessThanOrEqual((size / MiB) * 8 * 1.01);
    bytes = 0;
    expect(layer.map(size / 2, 4 * MiB)).toEqual({ kind: "unallocated", length: 4 * MiB });
    expect(bytes).toBeLessThan(2 ** 17);
  });

  it("of 64 TiB is the largest", () => {
    const parts = { blockSize: 256 * MiB, batLength: 4 * MiB };
    expect(open(handmade({ ...parts, size: 2 ** 46 })).size).toBe(2 ** 46);
    expect(() => open(handmade({ ...parts, size: 2 ** 46 + 512 }))).toThrow(
      expect.objectContaining({ code: "limit" }),
    );
  });
});

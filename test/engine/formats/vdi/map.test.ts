import { describe, expect, it } from "vitest";
import { vdi } from "../../../../electron/engine/formats/vdi";
import { closedGate } from "../../../../electron/engine/image/gate";
import { stackLayers } from "../../../../electron/engine/image/disk-image";
import { memorySource, memoryTarget } from "../../../../electron/engine/io/memory";
import { at, free, handmade, holding, numbered, openBytes, zero } from "./handmade";
import { expectReads } from "../../conformance/reading";
import { patternDisk } from "../../../helpers/pattern-disk";
import { random, runSeed } from "../../../helpers/seed";

const block = 4096;

/** What the layer says of its whole disk, run by run: kind, length, and where in the file. */
function runsOf(bytes: Uint8Array) {
  const layer = openBytes(bytes);
  const runs: (readonly [string, number, number?])[] = [];
  for (let from = 0; from < layer.size;) {
    const run = layer.map(from, layer.size - from);
    runs.push(run.kind === "data" ? [run.kind, run.length, run.at] : [run.kind, run.length]);
    from += run.length;
  }
  return runs;
}

describe("a VDI block map", () => {
  it("tells free, zero and data blocks apart, and joins those that are alike", () => {
    const map = [free, free, 0, 1, zero, zero, 3, 2, free];
    expect(runsOf(handmade({ map, data: numbered(4), offData: 1024 }))).toEqual([
      ["unallocated", 2 * block],
      ["data", 2 * block, 1024],
      ["zero", 2 * block],
      ["data", block, 1024 + 3 * block],
      ["data", block, 1024 + 2 * block],
      ["unallocated", block],
    ]);
  });

  it("answers from within a block, and not past what was asked for", () => {
    const layer = openBytes(handmade({ map: [free, 1, 0], data: numbered(2), offData: 1000 }));
    expect(layer.map(block + 100, 7)).toMatchObject({
      kind: "data",
      length: 7,
      at: 1000 + block + 100,
    });
    expect(layer.map(5, 3)).toEqual({ kind: "unallocated", length: 3 });
    expect(layer.map(3 * block - 1, 1)).toMatchObject({ at: 1000 + block - 1, length: 1 });
  });

  it("skips the extra bytes before each block", () => {
    const cbBlockExtra = 24;
    const data = numbered(2, block, cbBlockExtra);
    const bytes = handmade({ map: [0, 1], data, cbBlockExtra, offData: 2048 });
    expect(runsOf(bytes)).toEqual([
      ["data", block, 2048 + 24],
      ["data", block, 2048 + 24 + block + 24],
    ]);
    const into = new Uint8Array(2);
    stackLayers([openBytes(bytes)]).read(block - 1, into);
    expect([...into]).toEqual([1, 2]);
  });

  it.each([
    { name: "version 0", layout: { version: 0 } },
    { name: "data off a sector, far behind the map", layout: { offBlocks: 777, offData: 123_457 } },
    { name: "extra bytes", layout: { cbBlockExtra: 512, cbBlock: 1024 } },
    { name: "blocks of 1.5 KiB", layout: { cbBlock: 1536 } },
    { name: "blocks of 1 MiB", layout: { cbBlock: 2 ** 20 } },
  ] as const)(`reads every byte with $name (seed ${runSeed})`, ({ layout }) => {
    const chance = random(runSeed);
    const disk = patternDisk(chance, 512 * 999);
    const image = stackLayers([openBytes(holding(disk.bytes, layout, chance))]);
    expectReads(image, disk.bytes, chance);
  });

  it("rounds the size up to whole sectors", () => {
    expect(openBytes(handmade({ map: [free], cbDisk: 1000 })).size).toBe(1024);
    expect(openBytes(handmade({ map: [], cbDisk: 0 })).size).toBe(0);
  });

  it("does not join block numbers with the marks that follow the last of them", () => {
    // Blocks of one sector, so that block 0xfffffffd lies within 2^53 bytes.
    const target = memoryTarget("huge.vdi");
    const map = [0xfffffffc, 0xfffffffd, zero, free];
    target.write(0, handmade({ map, cbBlock: 512 }));
    target.truncate(2 ** 41 + 4096);
    const layer = vdi.open(target, closedGate);
    expect(layer.map(0, layer.size)).toMatchObject({ kind: "data", length: 1024 });
    expect(layer.map(1024, 1024)).toEqual({ kind: "zero", length: 512 });
  });
});

describe("a differencing VDI", () => {
  const uuidLinkage = Uint8Array.from({ length: 16 }, (_, index) => 0xa0 + index);
  const parent = "a3a2a1a0-a5a4-a7a6-a8a9-aaabacadaeaf";
  const parts = { map: [0, zero, free], data: numbered(1) };

  it.each([
    { name: "of type 4", type: 4 },
    { name: "of type 3", type: 3 },
    { name: "by its linkage alone", type: 1 },
  ])("$name hides the parent with zero blocks and leaves it the free ones", ({ type }) => {
    const layer = openBytes(handmade({ ...parts, type, uuidLinkage }));
    expect(layer.map(0, block)).toMatchObject({ kind: "data", length: block });
    expect(layer.map(block, 2 * block)).toEqual({ kind: "zero", length: block });
    expect(layer.map(2 * block, 1)).toEqual({ kind: "unallocated", length: 1 });
    expect(layer.parent).toEqual({
      name: parent,
      format: "vdi",
      find: { uuidCreate: [parent] },
      expects: { identity: { uuidCreate: [parent] } },
    });
    expect(layer.facts.details).toContainEqual({ name: "uuidLinkage", value: parent });
  });

  it("is not read as zeros even when it does not say who its parent is", () => {
    const layer = openBytes(handmade({ ...parts, type: 4 }));
    expect(layer.parent).toBeUndefined();
    expect(() => layer.map(2 * block, 1)).toThrow(expect.objectContaining({ code: "unsupported" }));
  });
});

describe("a damaged VDI", () => {
  it("tells which entry points past the end of the file", () => {
    const layer = openBytes(handmade({ map: [0, 7], data: numbered(1) }));
    expect(() => layer.map(block, block)).toThrow(
      expect.objectContaining({ code: "invalid-table", at: 516, found: 7, file: "test.vdi" }),
    );
  });

  it("reads a block that the file ends in as far as it is there, and no further", () => {
    const layer = openBytes(handmade({ map: [0, 1], data: numbered(2).subarray(0, block + 700) }));
    expect(layer.map(0, 2 * block)).toMatchObject({ kind: "data", length: block + 700 });
    expect(() => layer.map(block + 700, 1)).toThrow(
      expect.objectContaining({ code: "invalid-table", found: 1 }),
    );
  });

  it.each([
    ["no signature", 64, 0, "not-this-format"],
    ["version 2", at.version, 0x00020000, "unsupported"],
    ["a short header", at.cbHeader, 383, "invalid-header"],
    ["type 0", at.type, 0, "invalid-header"],
    ["type 5", at.type, 5, "invalid-header"],
    ["the map in the header", at.offBlocks, 400, "invalid-header"],
    ["the map past the end", at.offBlocks, 0x7fffffff, "truncated"],
    ["the data in the header", at.offData, 0, "invalid-header"],
    ["more disk than blocks", at.cbDisk, 4 * block + 1, "invalid-header"],
    ["an immense disk", at.cbDisk + 4, 0x00200000, "limit"],
    ["no block size", at.cbBlock, 0, "invalid-header"],
    ["an odd block size", at.cbBlock, 4097, "invalid-header"],
    ["fewer blocks than the disk needs", at.cBlocks, 3, "invalid-header"],
    ["more map than file", at.cBlocks, 0xffffffff, "truncated"],
  ])("with %s is refused", (_, field, value, code) => {
    const bytes = handmade({ map: [0, free, zero, 1], data: numbered(2) });
    new DataView(bytes.buffer).setUint32(field, value, true);
    const found = field === 64 ? {} : { file: "test.vdi", at: expect.any(Number) };
    expect(() => openBytes(bytes)).toThrow(expect.objectContaining({ code, ...found }));
  });

  it("reads a table of many entries only where it is asked", () => {
    const target = memoryTarget("large.vdi");
    const bytes = handmade({ map: [], cbDisk: 0, cbBlock: 2 ** 20 });
    const view = new DataView(bytes.buffer);
    const cBlocks = 2 ** 28;
    view.setUint32(at.cBlocks, cBlocks, true);
    view.setBigUint64(at.cbDisk, BigInt(cBlocks) * 2n ** 20n, true);
    view.setUint32(at.offData, 512 + cBlocks * 4, true);
    target.write(0, bytes);
    target.truncate(512 + cBlocks * 4 + 2 ** 20);
    let read = 0;
    const counting = {
      ...memorySource(new Uint8Array(0)),
      size: target.size,
      read(from: number, into: Uint8Array) {
        read += into.length;
        target.read(from, into);
      },
    };
    const layer = vdi.open(counting, closedGate);
    // Entries of zero: every guest block is block 0 of the file.
    expect(layer.map(layer.size - 1, 1)).toMatchObject({ kind: "data", length: 1 });
    expect(read).toBeLessThan(2 ** 18);
  });
});

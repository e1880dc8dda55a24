import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { dmg } from "../../../../electron/engine/formats/dmg";
import { closedGate } from "../../../../electron/engine/image/gate";
import { memorySource } from "../../../../electron/engine/io/memory";
import { layerFactsSchema } from "../../../../shared/model/facts";
import { expectBytes } from "../../../helpers/bytes";
import { patternDisk } from "../../../helpers/pattern-disk";
import { describeWithQemu, qemuImg } from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { plainFacts } from "../../../helpers/plain-facts";
import { packedBy, packedText } from "../../codec/packed-text";
import { expectReads } from "../../conformance/reading";
import { filled, handmade, holding, imageErrorOf, openBytes, read, types } from "./handmade";

const sector = 512;
const data = filled(4 * sector, 7);

/** Raw chunks of one sector each, by their places in the data fork. */
function rawChunks(...places: number[]) {
  const stored = sector;
  return places.map((at, start) => ({ type: types.raw, start, count: 1, at, stored }));
}

describe("what is DMG", () => {
  it("has the trailer as its last 512 bytes", () => {
    const probe = (bytes: Uint8Array): boolean => dmg.probe(memorySource(bytes));
    const whole = handmade({ data, tables: [{ chunks: rawChunks(0) }] });
    expect(probe(whole)).toBe(true);
    expect(probe(whole.subarray(0, -1))).toBe(false);
    expect(imageErrorOf(() => openBytes(whole.subarray(0, -1))).code).toBe("not-this-format");
    for (const length of [0, 1, 8, 511, 512]) expect(probe(new Uint8Array(length))).toBe(false);
    expect(imageErrorOf(() => openBytes(new Uint8Array(3))).code).toBe("not-this-format");
  });

  it("may be encrypted, which is told", () => {
    const head = filled(2048, 1);
    head.set(new TextEncoder().encode("encrcdsa"));
    const tail = filled(2048, 1);
    tail.set(new TextEncoder().encode("cdsaencr"), 2040);
    for (const bytes of [head, tail]) {
      expect(dmg.probe(memorySource(bytes))).toBe(true);
      const error = imageErrorOf(() => openBytes(bytes));
      expect(error.code).toBe("unsupported");
      expect(error.message).toContain("encrypted");
    }
  });

  it("tells its facts", () => {
    const chunks = [...rawChunks(0, 512), { type: types.adc, start: 2, count: 1 }];
    const name = "disk image (Apple_HFS &amp; more : 1)";
    const bytes = handmade({
      data,
      tables: [{ name, chunks }],
      patch: (put) => put.u32(64, 0xabcd),
    });
    const layer = dmg.open(memorySource(bytes), closedGate);
    expect(layer.blockSize).toBe(512);
    expect(layer.parent).toBeUndefined();
    expect(plainFacts(layerFactsSchema.parse(layer.facts))).toEqual({
      version: "4",
      compression: "ADC",
      snapshots: [],
      bitmaps: [],
      details: [
        { name: "ImageVariant", value: "device" },
        { name: "Flags", value: "0x1" },
        { name: "SegmentID", value: "0000abcd000000000000000000000000" },
        { name: "SectorCount", value: 3 },
        { name: "block table", value: "disk image (Apple_HFS & more : 1)" },
        { name: "raw chunks", value: 2 },
        { name: "ADC chunks", value: 1 },
      ],
    });
  });
});

describe("chunks", () => {
  it(`of every kind read in any order (seed ${runSeed})`, () => {
    const chance = random(runSeed);
    const disk = patternDisk(chance, sector * 2345, 30_000);
    // Runs of one byte, so that ADC has something to find.
    disk.bytes.fill(3, 100_000, 200_000);
    const bytes = holding(disk.bytes, [types.raw, types.zlib, types.adc], chance, "any");
    expectReads(openBytes(bytes), disk.bytes, chance);
  });

  it("are in the data fork, from the table's data offset on", () => {
    const bytes = new Uint8Array(4 * sector);
    for (let n = 0; n < 4; n += 1) bytes.fill(n + 1, n * sector, (n + 1) * sector);
    const tables = [{ dataOffset: sector, chunks: rawChunks(sector, 0) }];
    const image = openBytes(handmade({ data: bytes, dataForkOffset: 1234, tables }));
    expectBytes(read(image, 0, sector), filled(sector, 3));
    expectBytes(read(image, sector, sector), filled(sector, 2));
  });

  it("that are alike are told as one run", () => {
    const gap = { count: 1, at: 99 };
    const chunks = [
      ...rawChunks(0, 512, 1536),
      { type: types.zeroFill, start: 3, ...gap },
      { type: types.zeroFill, start: 4, ...gap },
      { type: types.ignore, start: 5, ...gap },
      { type: types.ignore, start: 6, ...gap },
    ];
    const layer = dmg.open(memorySource(handmade({ data, tables: [{ chunks }] })), closedGate);
    expect(layer.map(1, 7000)).toMatchObject({ kind: "data", at: 1, length: 1023 });
    expect(layer.map(1024, 7000)).toMatchObject({ kind: "data", at: 1536, length: 512 });
    expect(layer.map(1536, 7000)).toEqual({ kind: "zero", length: 1024 });
    expect(layer.map(2560, 7000)).toEqual({ kind: "unallocated", length: 1024 });
    expect(layer.map(0, 10)).toMatchObject({ kind: "data", length: 10 });
  });

  it("that are compressed are one run each, and one longer than the disk is cut", () => {
    const content = filled(4 * sector, 5);
    const stream = deflateSync(content);
    const chunks = [{ type: types.zlib, count: 4, stored: stream.length }];
    const tables = [{ chunks }];
    const image = openBytes(handmade({ data: stream, tables, sectors: 3 }));
    expect(image.size).toBe(3 * sector);
    expect(image.layers[0]!.map(600, 5000)).toMatchObject({
      kind: "encoded",
      at: 0,
      stored: stream.length,
      unit: 4 * sector,
      skip: 600,
      length: 936,
    });
    expectReads(image, content.subarray(0, 3 * sector), random(1));
  });

  it("may be comments, or end at a terminator", () => {
    const chunks = [
      { type: types.comment, start: 0, count: 2 },
      ...rawChunks(0),
      { type: types.raw, start: 0, count: 0 },
      { type: types.terminator, start: 1 },
      { type: types.raw, start: 0, count: 1 },
    ];
    expectBytes(read(openBytes(handmade({ data, tables: [{ chunks }] })), 0, 512), filled(512, 7));
  });

  it("may lie past 2 TiB of the disk", () => {
    const first = 2 ** 33;
    const gap = { chunks: [{ type: types.zeroFill, count: first }] };
    const image = openBytes(handmade({ data, tables: [{ first, chunks: rawChunks(0) }, gap] }));
    expect(image.size).toBe((first + 1) * sector);
    expectBytes(read(image, first * sector - 1, 2), Uint8Array.of(0, 7));
    expect([...image.extents()]).toHaveLength(2);
  });

  it.each([
    ["bzip2", types.bzip2, packedBy("bzip2")],
    ["LZMA", types.lzma, packedBy("xz")],
  ])("of %s are decoded, and damage in them is told", (name, type, stream) => {
    const count = packedText.length / sector;
    const chunks = [{ type, count, stored: stream.length }];
    const damaged = stream.slice();
    damaged[100]! ^= 1;
    expectReads(openBytes(handmade({ data: stream, tables: [{ chunks }] })), packedText, random(1));
    const image = openBytes(handmade({ data: damaged, tables: [{ chunks }] }));
    const error = imageErrorOf(() => read(image, 0, 1));
    expect(error).toMatchObject({ code: "corrupt-data", at: 0 });
    expect(error.message).toContain(`the ${name} chunk`);
  });

  it.each([
    ["LZFSE", types.lzfse],
    ["type 0x80000009", 0x80000009],
  ])("of %s are refused by name, the others read", (name, type) => {
    const tables = [{ chunks: [...rawChunks(0), { type, start: 1, count: 1, at: 4, stored: 9 }] }];
    const image = openBytes(handmade({ data, tables }));
    expectBytes(read(image, 0, sector), filled(sector, 7));
    const error = imageErrorOf(() => read(image, sector, 1));
    expect(error).toMatchObject({ code: "unsupported", at: 4, found: name });
    expect(error.message).toContain(name);
  });
});

describe("the disk's size", () => {
  it("is the trailer's, or the tables' where that says nothing", () => {
    const tables = [{ first: 1, chunks: rawChunks(0, 0) }, { chunks: rawChunks(0) }];
    expect(openBytes(handmade({ data, tables, sectors: 2 })).size).toBe(2 * sector);
    const image = openBytes(handmade({ data, tables, sectors: 0 }));
    expect(image.size).toBe(3 * sector);
    expectBytes(read(image, 0, 3 * sector), filled(3 * sector, 7));
  });

  it("must not be more than the chunks tell of", () => {
    const tables = [{ chunks: rawChunks(0) }, { first: 2, chunks: rawChunks(0) }];
    const image = openBytes(handmade({ data, tables, sectors: 4 }));
    expectBytes(read(image, 1024, 512), filled(512, 7));
    for (const at of [512, 1536])
      expect(imageErrorOf(() => read(image, at, 1)).code).toBe("invalid-table");
    const late = openBytes(handmade({ data, tables: [{ first: 1, chunks: rawChunks(0) }] }));
    expect(imageErrorOf(() => read(late, 0, 1)).code).toBe("invalid-table");
  });
});

describeWithQemu("against qemu-img", () => {
  it.each([
    ["raw", types.raw],
    ["zlib", types.zlib],
  ])(`%s chunks read the same (seed ${runSeed})`, (_, type) => {
    const chance = random(runSeed);
    const disk = patternDisk(chance, sector * 999, 30_000);
    const folder = tempFolder();
    const path = join(folder, "image.dmg");
    writeFileSync(path, holding(disk.bytes, [type], chance, "ascending"));
    const plain = join(folder, "plain.img");
    qemuImg(["convert", "-f", "dmg", "-O", "raw", path, plain]);
    expectBytes(readFileSync(plain), disk.bytes);
    expectReads(openBytes(readFileSync(path)), disk.bytes, chance);
  });

  it("offsets of the data fork and of a table count the same", () => {
    const bytes = new Uint8Array(4 * sector);
    random(runSeed).fill(bytes);
    const tables = [{ dataOffset: 512, chunks: rawChunks(512, 0) }];
    const image = handmade({ data: bytes, dataForkOffset: 1024, tables });
    const folder = tempFolder();
    const path = join(folder, "image.dmg");
    writeFileSync(path, image);
    const plain = join(folder, "plain.img");
    qemuImg(["convert", "-f", "dmg", "-O", "raw", path, plain]);
    expectBytes(readFileSync(plain), read(openBytes(image), 0, 1024));
  });
});

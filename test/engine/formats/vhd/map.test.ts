import { describe, expect, it } from "vitest";
import { vpc } from "../../../../electron/engine/formats/vhd";
import { stackLayers } from "../../../../electron/engine/image/disk-image";
import { closedGate } from "../../../../electron/engine/image/gate";
import { memoryTarget } from "../../../../electron/engine/io/memory";
import { patternDisk } from "../../../helpers/pattern-disk";
import { random, runSeed } from "../../../helpers/seed";
import { plainFacts } from "../../../helpers/plain-facts";
import { expectReads } from "../../conformance/reading";
import {
  block,
  detailsOf,
  handmade,
  headerAt,
  holding,
  openBytes,
  seal,
  tableAt,
} from "./handmade";

const blockSize = 4096;
const stored = [true, true, true, true, true, true, true, true];
const blocksAt = tableAt + 512;
const dataOf = (slot: number): number => blocksAt + slot * (512 + blockSize) + 512;
const refused = (code: string) => expect.objectContaining({ code });

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

describe("a dynamic VHD", () => {
  it("has a bitmap before each block, which the table points to", () => {
    const blocks = [block(stored, 1), block(stored, 11)];
    const bytes = handmade({ table: [undefined, 1, 0, undefined, undefined], blocks });
    expect(runsOf(bytes)).toEqual([
      ["unallocated", blockSize],
      ["data", blockSize, dataOf(1)],
      ["data", blockSize, dataOf(0)],
      ["unallocated", 2 * blockSize],
    ]);
  });

  it("stores the sectors whose bit is set, the highest bit being the first", () => {
    const some = [true, false, false, true, true, false, false, false];
    const bytes = handmade({ table: [undefined, 0, undefined], blocks: [block(some, 1)] });
    expect(bytes[blocksAt]).toBe(0b10011000);
    expect(runsOf(bytes)).toEqual([
      ["unallocated", blockSize],
      ["data", 512, dataOf(0)],
      ["unallocated", 1024],
      ["data", 1024, dataOf(0) + 1536],
      ["unallocated", 1536 + blockSize],
    ]);
  });

  it("answers from within a sector, and not past what was asked for", () => {
    const layer = openBytes(handmade({ table: [0], blocks: [block([true, false], 1)] }));
    expect(layer.map(100, 7)).toMatchObject({ kind: "data", length: 7, at: dataOf(0) + 100 });
    expect(layer.map(511, 100)).toMatchObject({ kind: "data", length: 1, at: dataOf(0) + 511 });
    expect(layer.map(600, 3)).toEqual({ kind: "unallocated", length: 3 });
    expect(layer.blockSize).toBe(blockSize);
    expect(layer.facts).toMatchObject({ version: "1.0", clusterSize: blockSize });
  });

  it.each([512, 1024, 4096, 2 ** 19, 2 ** 21, 2 ** 22])(
    `with blocks of %i bytes reads every byte (seed ${runSeed})`,
    (size) => {
      const chance = random(runSeed);
      const disk = patternDisk(chance, 512 * 5001, size > 4096 ? 900_000 : 9_000);
      const image = stackLayers([openBytes(holding(disk.bytes, size, chance))]);
      expectReads(image, disk.bytes, chance);
    },
  );

  it("of many empty blocks is one run, and little is read for a byte of it", () => {
    const target = memoryTarget("large.vhd");
    const entries = 2 ** 26;
    const bytes = handmade({ table: [undefined], currentSize: entries * blockSize });
    new DataView(bytes.buffer).setUint32(512 + headerAt.maxTableEntries, entries);
    seal(bytes.subarray(512, tableAt), headerAt.checksum);
    target.write(0, bytes.subarray(0, tableAt));
    target.write(tableAt, new Uint8Array(2 ** 20).fill(0xff));
    target.truncate(tableAt + entries * 4);
    target.write(target.size, bytes.subarray(bytes.length - 512));
    let read = 0;
    const counting = {
      ...target,
      size: target.size,
      read(at: number, into: Uint8Array) {
        read += into.length;
        target.read(at, into);
      },
    };
    const layer = vpc.open(counting, closedGate);
    expect(layer.map(70 * blockSize, 1)).toEqual({ kind: "unallocated", length: 1 });
    expect(read).toBeLessThan(2 ** 18);
    expect(layer.map(0, 2 ** 18 * blockSize).length).toBe(2 ** 18 * blockSize);
  });
});

describe("a damaged dynamic VHD", () => {
  const bytes = handmade({
    table: [0, undefined, 1],
    blocks: [block(stored, 1), block(stored, 9)],
  });

  /** A copy with one field of the header changed, and the checksum made right. */
  function withHeader(at: number, value: number): Uint8Array {
    const copy = bytes.slice();
    new DataView(copy.buffer).setUint32(512 + at, value);
    seal(copy.subarray(512, tableAt), headerAt.checksum);
    return copy;
  }

  it.each([
    ["another cookie", 0, 0, "invalid-header"],
    ["version 2", headerAt.version, 0x00020000, "unsupported"],
    ["no block size", headerAt.blockSize, 0, "invalid-header"],
    ["a block size that is no power of two", headerAt.blockSize, 5120, "invalid-header"],
    ["too few entries", headerAt.maxTableEntries, 2, "invalid-header"],
    ["more table than file", headerAt.maxTableEntries, 0xffffffff, "truncated"],
    ["the table past the end", headerAt.tableOffset + 4, 0x7fffffff, "truncated"],
    ["the table past 2^53", headerAt.tableOffset, 0x7fffffff, "limit"],
  ])("with %s is refused", (_, at, value, code) => {
    expect(() => openBytes(withHeader(at, value))).toThrow(
      expect.objectContaining({ code, at: expect.any(Number) }),
    );
  });

  it("without its header is refused", () => {
    expect(() => openBytes(bytes.subarray(0, 1000))).toThrow(refused("truncated"));
  });

  it("with a wrong checksum in its header says so", () => {
    const copy = bytes.slice();
    copy[512 + 60] = 1;
    const { facts } = openBytes(copy);
    expect(facts.corrupt).toBe(true);
    expect(plainFacts(facts).details).toContainEqual({
      name: "dynamic disk header",
      value: "the checksum is wrong",
    });
  });

  it.each([0, 0x7fffffff, (bytes.length - 512) / 512, 0xfffffffe])(
    "tells which entry points where no block can be: sector %i",
    (sector) => {
      const copy = bytes.slice();
      new DataView(copy.buffer).setUint32(tableAt + 8, sector);
      const layer = openBytes(copy);
      expect(layer.map(0, 3 * blockSize)).toMatchObject({ kind: "data", length: blockSize });
      expect(layer.map(blockSize, 2 * blockSize)).toEqual({
        kind: "unallocated",
        length: blockSize,
      });
      expect(() => layer.map(2 * blockSize, 1)).toThrow(
        expect.objectContaining({ code: "invalid-table", at: tableAt + 8, found: sector }),
      );
    },
  );

  it("reads a block that the footer cuts off as far as it is there", () => {
    const copy = bytes.slice();
    new DataView(copy.buffer).setUint32(tableAt + 8, (dataOf(1) - 512 + 1024) / 512);
    copy.fill(0xff, dataOf(1) + 512, dataOf(1) + 1024);
    const layer = openBytes(copy);
    expect(layer.map(2 * blockSize, blockSize)).toMatchObject({ length: blockSize - 1024 });
    expect(() => layer.map(3 * blockSize - 1, 1)).toThrow(refused("invalid-table"));
  });

  it("has no time, unique ID or creator that would not be told", () => {
    const details = detailsOf(openBytes(bytes));
    expect(details.get("time stamp")).toBe("2000-01-02T00:00:00.000Z");
    expect(details.get("unique ID")).toBe("d0d1d2d3-d4d5-d6d7-d8d9-dadbdcdddedf");
    expect(details.get("creator application")).toBe("test");
    expect(details.get("creator host OS")).toBe("Wi2k");
  });
});

import { describe, expect, it } from "vitest";
import { parallels } from "../../../../electron/engine/formats/parallels";
import { closedGate } from "../../../../electron/engine/image/gate";
import { memorySource, memoryTarget } from "../../../../electron/engine/io/memory";
import { layerFactsSchema } from "../../../../shared/model/facts";
import { expectBytes } from "../../../helpers/bytes";
import { plainFacts } from "../../../helpers/plain-facts";
import { filled, handmade, imageErrorOf, openBytes, read, sector, type Handmade } from "./handmade";

const older = "WithoutFreeSpace";

describe("what is Parallels", () => {
  it("is either magic", () => {
    const probe = (bytes: Uint8Array): boolean => parallels.probe(memorySource(bytes));
    expect(probe(handmade())).toBe(true);
    expect(probe(handmade({ magic: older }))).toBe(true);
    expect(probe(handmade({ magic: "WithoutFreeSpacX" }))).toBe(false);
    expect(probe(handmade().subarray(0, 15))).toBe(false);
    expect(probe(new Uint8Array(0))).toBe(false);
    const error = imageErrorOf(() => openBytes(new Uint8Array(1000)));
    expect(error.code).toBe("not-this-format");
  });

  it("tells its facts", () => {
    const bytes = handmade({ bat: [0], inUse: 0x746f6e59, dataOff: 8, flags: 1, extOff: 9n });
    const { facts, blockSize } = parallels.open(memorySource(bytes), closedGate);
    expect(blockSize).toBe(2048);
    expect(plainFacts(layerFactsSchema.parse(facts))).toEqual({
      version: "2",
      clusterSize: 2048,
      dirty: true,
      snapshots: [],
      bitmaps: [],
      details: [
        { name: "magic", value: "WithouFreSpacExt" },
        { name: "heads", value: 16 },
        { name: "cylinders", value: 7 },
        { name: "tracks", value: 4 },
        { name: "nb_bat_entries", value: 1 },
        { name: "data_off", value: 8 },
        { name: "Empty Image", value: true },
        { name: "ext_off", value: "9" },
      ],
    });
    expect(openBytes(handmade({ inUse: 0x312e3276 })).layers[0]?.facts.dirty).toBeUndefined();
  });
});

describe("clusters", () => {
  const runs = (bytes: Uint8Array): unknown[] =>
    [...openBytes(bytes).extents()].map(({ run }) => [run.kind, run.length / sector]);

  it("are counted in clusters by the newer sort", () => {
    const clusters = { 4: 1, 8: 2, 12: 3, 20: 5 };
    const bytes = handmade({ bat: [3, 1, 2, 0, 0, 5], clusters });
    const image = openBytes(bytes);
    for (const [index, value] of [3, 1, 2, 0, 0, 5].entries())
      expectBytes(read(image, index * 2048, 2048), filled(2048, value));
    expect(runs(bytes)).toEqual([
      ["data", 4],
      ["data", 8],
      ["unallocated", 8],
      ["data", 4],
    ]);
  });

  it("are counted in sectors by the older sort", () => {
    // 63 sectors a cluster, as old programs had them, and no alignment.
    const clusters = { 2: 1, 65: 2, 200: 3 };
    const bytes = handmade({ magic: older, tracks: 63, bat: [200, 0, 2, 65], clusters });
    const image = openBytes(bytes);
    for (const [index, value] of [3, 0, 1, 2].entries())
      expectBytes(read(image, index * 63 * sector, 63 * sector), filled(63 * sector, value));
    expect(runs(bytes)).toEqual([
      ["data", 63],
      ["unallocated", 63],
      ["data", 126],
    ]);
  });

  it("may be cut by the disk's end", () => {
    const bytes = handmade({ bat: [1, 2], sectors: 5, clusters: { 4: 1, 8: 2 } });
    expect(runs(bytes)).toEqual([["data", 5]]);
    expectBytes(read(openBytes(bytes), 2048, 512), filled(512, 2));
  });

  it("are all absent in an image that is flagged empty", () => {
    const bytes = handmade({ bat: [1], flags: 1, clusters: { 4: 1 } });
    expect(runs(bytes)).toEqual([["unallocated", 4]]);
  });

  it.each([
    ["in the header", { magic: older, bat: [1], tracks: 200, entries: 200, length: 400 }, 64],
    ["at the file's end", { bat: [1, 2], clusters: { 4: 1 } }, 68],
    ["far past it", { bat: [1, 0xffffffff], clusters: { 4: 1 } }, 68],
    ["far past it, of huge clusters", { bat: [0xffffffff], tracks: 0xffffffff, length: 4 }, 64],
  ] as readonly [string, Handmade, number][])("%s are damage", (_, parts, at) => {
    const image = openBytes(handmade(parts));
    const index = (at - 64) / 4;
    const error = imageErrorOf(() => read(image, index * (parts.tracks ?? 4) * sector, 1));
    expect(error).toMatchObject({ code: "invalid-table", at });
  });

  it("are read as far as the file has them", () => {
    const whole = handmade({ bat: [1], clusters: { 4: 1 } });
    const image = openBytes(whole.subarray(0, -100));
    expectBytes(read(image, 0, 1948), filled(1948, 1));
    expect(imageErrorOf(() => read(image, 0, 1949)).code).toBe("invalid-table");
  });

  it("may lie past 4 GiB", () => {
    const target = memoryTarget();
    target.write(0, handmade({ bat: [2 ** 31, 2 ** 31 + 1], tracks: 2048 }));
    target.write(2 ** 51, filled(sector, 1));
    target.write(2 ** 51 + 2 ** 20, filled(2 ** 20, 2));
    const layer = parallels.open(target, closedGate);
    expect(layer.map(0, 2 ** 21)).toMatchObject({ kind: "data", at: 2 ** 51, length: 2 ** 21 });
  });
});

describe("a table of nothing", () => {
  it("is one run, and is read once", () => {
    const entries = 2 ** 22;
    const bytes = new Uint8Array(64 + entries * 4);
    bytes.set(handmade({ entries, tracks: 2048 }).subarray(0, 64));
    let count = 0;
    const source = memorySource(bytes);
    const counted = (at: number, into: Uint8Array): void => {
      count += into.length;
      source.read(at, into);
    };
    const layer = parallels.open({ ...source, read: counted }, closedGate);
    count = 0;
    expect(layer.map(7, layer.size)).toEqual({ kind: "unallocated", length: layer.size - 7 });
    expect(count).toBeLessThan(bytes.length * 1.01 + 65_536);
  });
});

describe("the header", () => {
  it("has the disk's size in 64 bits, in the older sort in 32", () => {
    const parts = { entries: 5, bat: [0], tracks: 2 ** 31, sectors: 2n ** 33n + 8n };
    expect(openBytes(handmade(parts)).size).toBe((2 ** 33 + 8) * sector);
    expect(openBytes(handmade({ ...parts, magic: older })).size).toBe(8 * sector);
  });

  it.each([
    ["another version", { version: 3 }, "unsupported", 16],
    ["clusters of nothing", { tracks: 0 }, "invalid-header", 28],
    ["a BAT too small", { bat: [0, 0], sectors: 9 }, "invalid-header", 32],
    ["a BAT past the file's end", { entries: 113 }, "truncated", 64],
    ["a disk past 2^53 bytes", { sectors: 2n ** 45n }, "limit", 36],
    ["a disk past 2^53 sectors", { sectors: 2n ** 63n }, "limit", 36],
  ] as readonly [string, Handmade, string, number][])(
    "with %s is refused",
    (_, parts, code, at) => {
      expect(imageErrorOf(() => openBytes(handmade(parts)))).toMatchObject({ code, at });
    },
  );
});

import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { qcow } from "../../../../electron/engine/formats/qcow";
import { compressedPlace } from "../../../../electron/engine/formats/qcow/compressed";
import { closedGate } from "../../../../electron/engine/image/gate";
import { memorySource, memoryTarget } from "../../../../electron/engine/io/memory";
import { layerFactsSchema } from "../../../../shared/model/facts";
import { expectBytes } from "../../../helpers/bytes";
import { random, runSeed } from "../../../helpers/seed";
import { plainFacts } from "../../../helpers/plain-facts";
import {
  compressed,
  dataAt,
  filled,
  handmade,
  imageErrorOf,
  openBytes,
  places,
  read,
} from "./handmade";

const cluster = 512;
const at = (n: number): bigint => BigInt(dataAt() + n * cluster);

describe("what is qcow", () => {
  it("is version 1 of the magic, and no other", () => {
    const probe = (bytes: Uint8Array): boolean => qcow.probe(memorySource(bytes));
    expect(probe(handmade())).toBe(true);
    for (const version of [0, 2, 3]) {
      expect(probe(handmade({ version }))).toBe(false);
      expect(imageErrorOf(() => openBytes(handmade({ version }))).code).toBe("not-this-format");
    }
    expect(probe(new Uint8Array(0))).toBe(false);
    expect(probe(handmade().subarray(0, 7))).toBe(false);
  });

  it("tells its facts", () => {
    const bytes = handmade({ backingName: "base.img", clusterBits: 12, l2Bits: 9 });
    const { facts, parent, blockSize } = qcow.open(memorySource(bytes), closedGate);
    expect(parent).toEqual({ name: "base.img" });
    expect(blockSize).toBe(4096);
    expect(plainFacts(layerFactsSchema.parse(facts))).toEqual({
      version: "1",
      clusterSize: 4096,
      compression: "zlib",
      snapshots: [],
      bitmaps: [],
      details: [
        { name: "L1 entries", value: 1 },
        { name: "L2 entries", value: 512 },
        { name: "mtime", value: "2001-09-09T01:46:40.000Z" },
      ],
    });
  });
});

describe("the size", () => {
  it.each([
    [0, 0],
    [1, 0],
    [511, 0],
    [512, 512],
    [12_345, 12_288],
  ])("of %i bytes is cut down to %i", (size, expected) => {
    expect(openBytes(handmade({ size })).size).toBe(expected);
  });

  it("may end within a cluster", () => {
    const size = 4096 + 1536;
    const bytes = handmade({ clusterBits: 12, size, l2: [0n, 8192n], data: filled(8192, 1) });
    const image = openBytes(bytes);
    expectBytes(read(image, 4096, 1536), filled(1536, 1));
    expect([...image.extents()].map(({ run }) => run.length)).toEqual([4096, 1536]);
  });
});

describe("clusters", () => {
  it("lie in any order, and neighbours are told as one", () => {
    const order = [3, 0, 1, 2, 7, 6];
    const data = new Uint8Array(8 * cluster);
    for (const n of order) data.fill(n + 1, n * cluster, (n + 1) * cluster);
    const image = openBytes(handmade({ l2: order.map(at), data }));
    for (const [index, n] of order.entries())
      expectBytes(read(image, index * cluster, cluster), filled(cluster, n + 1));
    const runs = [...image.extents()].map(({ run }) => [run.kind, run.length / cluster]);
    expect(runs).toEqual([
      ["data", 1],
      ["data", 3],
      ["data", 1],
      ["data", 1],
      ["unallocated", 2],
    ]);
  });

  it("may lie past 4 GiB, side by side across it", () => {
    const target = memoryTarget();
    const edge = 2 ** 32;
    target.write(0, handmade({ l2: [-1, 0, 1].map((n) => BigInt(edge + n * cluster)) }));
    target.write(edge - cluster, filled(3 * cluster, 7));
    const layer = qcow.open(target, closedGate);
    expect(layer.map(0, 8 * cluster)).toMatchObject({
      kind: "data",
      at: edge - cluster,
      length: 3 * cluster,
    });
  });

  it("may end with the file, whose missing bytes are zeros", () => {
    const data = filled(2 * cluster, 9);
    const image = openBytes(handmade({ l2: [at(0), at(1)], data }).subarray(0, -100));
    const expected = filled(2 * cluster, 9);
    expected.fill(0, 2 * cluster - 100);
    expectBytes(read(image, 0, 2 * cluster), expected);
  });

  it("that begin past the file's end are damage", () => {
    const image = openBytes(handmade({ l2: [at(0), at(1)], data: filled(cluster, 9) }));
    expectBytes(read(image, 0, cluster), filled(cluster, 9));
    expect(imageErrorOf(() => read(image, cluster, 1))).toMatchObject({
      code: "truncated",
      at: Number(at(1)),
    });
    const far = openBytes(handmade({ l2: [compressed - 1n] }));
    expect(imageErrorOf(() => read(far, 0, 1)).code).toBe("truncated");
  });
});

describe("tables", () => {
  it("of nothing are one run, and are read once", () => {
    const size = 2 ** 40;
    const target = memoryTarget();
    target.write(0, handmade({ clusterBits: 12, l2Bits: 9, size, l1: [] }));
    const entries = size / 2 ** 21;
    const lastTable = places.l1 + entries * 8;
    target.truncate(lastTable + 4096);
    const last = new Uint8Array(8);
    new DataView(last.buffer).setBigUint64(0, BigInt(lastTable));
    target.write(lastTable - 8, last);
    let bytes = 0;
    const counted = (from: number, into: Uint8Array): void => {
      bytes += into.length;
      target.read(from, into);
    };
    const layer = qcow.open({ ...target, read: counted }, closedGate);
    bytes = 0;
    expect(layer.map(5, size)).toEqual({ kind: "unallocated", length: size - 5 });
    expect(bytes).toBeLessThan(entries * 8 + 200_000);
  });

  it("past the file's end are damage", () => {
    const l1 = [BigInt(places.l2), 2n ** 63n];
    const image = openBytes(
      handmade({ size: 128 * cluster, l1, l2: [at(0)], data: filled(512, 1) }),
    );
    expectBytes(read(image, 0, cluster), filled(cluster, 1));
    expect(imageErrorOf(() => read(image, 64 * cluster, 1)).code).toBe("truncated");
    const whole = handmade({ size: 65 * cluster, l1: [] });
    expect(openBytes(whole.subarray(0, places.l1 + 16)).size).toBe(65 * cluster);
    const error = imageErrorOf(() => openBytes(whole.subarray(0, places.l1 + 15)));
    expect(error).toMatchObject({ code: "truncated", at: places.l1 });
  });
});

describe("compressed clusters", () => {
  it("have their size in bytes above the offset", () => {
    // What qemu-img wrote in an image with clusters of 4 KiB.
    expect(compressedPlace(0x80f00000, 0x2000, 12)).toEqual({ at: 0x2000, stored: 30 });
  });

  it.each([9, 10, 11, 12, 13, 14, 15, 16])(
    `decode with cluster_bits %i (seed ${runSeed})`,
    (clusterBits) => {
      const r = random(runSeed + clusterBits);
      const clusterSize = 2 ** clusterBits;
      const shift = BigInt(63 - clusterBits);
      const contents = Array.from({ length: 8 }, () => {
        const content = new Uint8Array(clusterSize);
        r.fill(content.subarray(0, r.between(1, clusterSize / 2)));
        return content;
      });
      const streams = contents.map((content) => deflateRawSync(content, { windowBits: 12 }));
      const data = new Uint8Array(8 * clusterSize);
      const l2: bigint[] = [];
      let next = 0;
      for (const index of r.shuffled([0, 1, 2, 3, 4, 5, 6, 7])) {
        const stream = streams[index]!;
        data.set(stream, next);
        const place = BigInt(dataAt({ clusterBits }) + next);
        l2[index] = compressed | (BigInt(stream.length) << shift) | place;
        next += stream.length;
      }
      const image = openBytes(handmade({ clusterBits, l2, data }));
      for (const [index, content] of contents.entries()) {
        expectBytes(read(image, index * clusterSize, clusterSize), content);
        expectBytes(read(image, index * clusterSize + 7, 20), content.subarray(7, 27));
      }
      const runs = [...image.extents()].map(({ run }) => run);
      expect(runs.map(({ length }) => length)).toEqual(contents.map(() => clusterSize));
      expect(runs.map((run) => run.kind === "encoded" && run.stored)).toEqual(
        streams.map(({ length }) => length),
      );
    },
  );

  it("that do not decode are damage", () => {
    const stream = deflateRawSync(filled(cluster, 1));
    const entry = (length: number): bigint => compressed | (BigInt(length) << 54n) | at(0);
    for (const l2 of [entry(stream.length - 1), entry(0)]) {
      const image = openBytes(handmade({ l2: [l2], data: stream }));
      const error = imageErrorOf(() => read(image, 0, 1));
      expect(error).toMatchObject({ code: "corrupt-data", at: Number(at(0)) });
    }
    const cut = openBytes(handmade({ l2: [entry(stream.length + 1)], data: stream }));
    expect(imageErrorOf(() => read(cut, 0, 1)).code).toBe("truncated");
  });
});

describe("an encrypted image", () => {
  it("opens and tells that it is; gaps can be read, data cannot", () => {
    const image = openBytes(
      handmade({ cryptMethod: 1, l2: [0n, at(0), compressed], data: filled(cluster, 1) }),
    );
    expect(image.layers[0]?.facts.encryption).toBe("aes");
    expectBytes(read(image, 0, cluster), new Uint8Array(cluster));
    for (const n of [1, 2])
      expect(imageErrorOf(() => read(image, n * cluster, 1)).code).toBe("passphrase");
    expect(imageErrorOf(() => openBytes(handmade({ cryptMethod: 2 }))).code).toBe("unsupported");
  });
});

describe("the backing file's name", () => {
  it("may have 1023 bytes", () => {
    const name = "n".repeat(1023);
    const bytes = new Uint8Array(4096);
    bytes.set(handmade({ backingName: "x" }));
    bytes.set(new TextEncoder().encode(`${name}n`), 2048);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(8, 2048n);
    view.setUint32(16, 1023);
    expect(openBytes(bytes).layers[0]?.parent).toEqual({ name });
    view.setUint32(16, 1024);
    expect(imageErrorOf(() => openBytes(bytes))).toMatchObject({ code: "invalid-header", at: 16 });
    view.setUint32(16, 1000);
    view.setBigUint64(8, 3097n);
    expect(imageErrorOf(() => openBytes(bytes)).code).toBe("truncated");
    view.setUint32(16, 0);
    expect(openBytes(bytes).layers[0]?.parent).toBeUndefined();
  });
});

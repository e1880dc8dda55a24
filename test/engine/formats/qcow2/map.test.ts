import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { ImageLayer } from "../../../../electron/engine/image/layer";
import { expectBytes } from "../../../helpers/bytes";
import {
  clusters,
  compressed,
  copied,
  filled,
  handmade,
  imageErrorOf,
  openBytes,
  zeroFlag,
} from "./handmade";

const cluster = 65536;
/** The byte offset of the file's cluster 5 + n, where handmade data begins. */
const data = (n: number): bigint => BigInt((clusters.data + n) * cluster);

function mapAll(layer: ImageLayer) {
  const runs: ReturnType<ImageLayer["map"]>[] = [];
  for (let at = 0; at < layer.size; at += runs.at(-1)?.length ?? layer.size) {
    runs.push(layer.map(at, layer.size - at));
  }
  return runs;
}

/** Kind, length and host offset of each run. */
function told(layer: ImageLayer) {
  return mapAll(layer).map((run) => [run.kind, run.length, "at" in run ? run.at : undefined]);
}

describe("standard entries", () => {
  it("merges clusters that lie side by side and splits those that do not", () => {
    const l2 = [copied | data(1), copied | data(2), copied | data(0), 0n];
    const layer = openBytes(handmade({ l2, data: filled(3 * cluster, 1) }));
    expect(told(layer)).toEqual([
      ["data", 2 * cluster, 6 * cluster],
      ["data", cluster, 5 * cluster],
      ["unallocated", cluster, undefined],
    ]);
  });

  it("gives no more than was asked for, from any byte on", () => {
    const l2 = [copied | data(0), copied | data(1), 0n, 0n];
    const layer = openBytes(handmade({ l2, data: filled(2 * cluster, 1) }));
    expect(layer.map(1000, 7)).toMatchObject({ length: 7, at: 5 * cluster + 1000 });
    expect(layer.map(1000, cluster)).toMatchObject({ length: cluster, at: 5 * cluster + 1000 });
    expect(layer.map(2 * cluster + 1, 10)).toEqual({ kind: "unallocated", length: 10 });
    expect(layer.map(4 * cluster - 1, 10 * cluster).length).toBe(1);
  });

  it("tells zero clusters from unallocated ones, with and without a place", () => {
    const l2 = [zeroFlag, zeroFlag, copied | data(1) | zeroFlag, copied | data(2) | zeroFlag];
    const layer = openBytes(handmade({ l2, data: filled(3 * cluster, 1) }));
    expect(mapAll(layer)).toEqual([
      { kind: "zero", length: 2 * cluster },
      { kind: "zero", length: 2 * cluster, at: 6 * cluster },
    ]);
  });

  it("refuses zero clusters in version 2, which has none", () => {
    const layer = openBytes(handmade({ version: 2, l2: [0n, zeroFlag] }));
    expect(layer.map(0, 10).kind).toBe("unallocated");
    const error = imageErrorOf(() => layer.map(cluster, 10));
    expect(error).toMatchObject({ code: "invalid-table", at: 4 * cluster + 8 });
  });

  it("ignores COPIED and the reserved bits", () => {
    // Bits 1 to 8 and 56 to 61.
    const reserved = 0x3f000000000001fen;
    const l2 = [data(0) | reserved, reserved, copied | reserved, 0n];
    const bytes = handmade({ l2, data: filled(cluster, 1) });
    const view = new DataView(bytes.buffer);
    view.setBigUint64(3 * cluster, BigInt(4 * cluster) | 0x7f000000000001ffn);
    expect(told(openBytes(bytes))).toEqual([
      ["data", cluster, 5 * cluster],
      ["unallocated", 3 * cluster, undefined],
    ]);
  });

  it("reads host offsets past 32 bits", () => {
    const l2 = [copied | 0x00ffffffffff0000n];
    const layer = openBytes(handmade({ l2 }));
    const error = imageErrorOf(() => layer.map(0, 1));
    expect(error).toMatchObject({ code: "truncated", at: 0x00ffffffffff0000 });
    const zeros = openBytes(handmade({ l2: [copied | 0x00ffffffffff0000n | zeroFlag] }));
    expect(zeros.map(0, 1)).toEqual({ kind: "zero", length: 1, at: 0x00ffffffffff0000 });
  });

  it("refuses a cluster or an L2 table off a cluster boundary", () => {
    const layer = openBytes(
      handmade({ l2: [copied | (data(0) + 512n)], data: filled(cluster, 1) }),
    );
    expect(imageErrorOf(() => layer.map(0, 1)).code).toBe("invalid-table");
    const bytes = handmade({});
    new DataView(bytes.buffer).setBigUint64(3 * cluster, BigInt(4 * cluster + 512));
    const error = imageErrorOf(() => openBytes(bytes).map(0, 1));
    expect(error).toMatchObject({ code: "invalid-table", at: 3 * cluster });
  });
});

describe("the end of the file", () => {
  const l2 = [copied | data(0), copied | data(1), copied | data(2), 0n];

  it("inside the last cluster is made up with zeros", () => {
    const bytes = handmade({ l2, data: filled(2 * cluster + 1000, 1) });
    const layer = openBytes(bytes);
    expect(told(layer)).toEqual([
      ["data", 2 * cluster + 1000, 5 * cluster],
      ["zero", cluster - 1000, 7 * cluster + 1000],
      ["unallocated", cluster, undefined],
    ]);
  });

  it("before a cluster is an error, and only there", () => {
    const layer = openBytes(handmade({ l2, data: filled(cluster + 1000, 1) }));
    expect(layer.map(0, 4 * cluster).length).toBe(cluster + 1000);
    expect(layer.map(cluster + 1000, 4 * cluster)).toMatchObject({ kind: "zero" });
    const error = imageErrorOf(() => layer.map(2 * cluster, 1));
    expect(error).toMatchObject({ code: "truncated", at: 7 * cluster, found: 0 });
    expect(layer.map(3 * cluster, cluster).kind).toBe("unallocated");
  });

  it("inside an L2 table is an error", () => {
    const bytes = handmade({ l2 }).subarray(0, 5 * cluster - 1);
    const error = imageErrorOf(() => openBytes(bytes).map(0, 1));
    expect(error).toMatchObject({
      code: "truncated",
      at: 4 * cluster,
      expected: cluster,
      found: cluster - 1,
    });
  });

  it("before an L2 table is an error for what it describes", () => {
    const bytes = handmade({ l2 });
    new DataView(bytes.buffer).setBigUint64(3 * cluster, 1n << 50n);
    expect(imageErrorOf(() => openBytes(bytes).map(0, 1)).code).toBe("truncated");
  });
});

describe("compressed clusters", () => {
  const plain = Uint8Array.from({ length: cluster }, (_, i) => (i * i) >>> 8);
  const stream = deflateRawSync(plain, { windowBits: 12 });

  /** The entry of a compressed cluster at `at` that takes `sectors` sectors beyond the first. */
  function entry(at: number, sectors: number, clusterBits = 16): bigint {
    return compressed | (BigInt(sectors) << BigInt(62 - (clusterBits - 8))) | BigInt(at);
  }

  function decoded(layer: ImageLayer, at: number): Uint8Array {
    const run = layer.map(at, layer.size);
    if (run.kind !== "encoded") throw new Error(`a ${run.kind} run`);
    const unit = new Uint8Array(run.unit);
    run.decode(unit);
    return unit;
  }

  it("begin at any byte, cross a cluster's edge, and end in junk", () => {
    const at = 6 * cluster - 777;
    const bytes = handmade({ l2: [entry(at, 200)], data: filled(3 * cluster, 0xaa) });
    bytes.set(stream, at);
    const layer = openBytes(bytes);
    expect(layer.map(0, 2 * cluster)).toMatchObject({
      kind: "encoded",
      length: cluster,
      at,
      stored: 201 * 512 - (at % 512),
      unit: cluster,
      skip: 0,
    });
    expectBytes(decoded(layer, 0), plain);
    expect(layer.map(1234, 99)).toMatchObject({ kind: "encoded", length: 99, skip: 1234 });
  });

  it("share a host cluster and a sector", () => {
    const other = filled(cluster, 7);
    const otherStream = deflateRawSync(other, { windowBits: 12 });
    const start = 5 * cluster + 100;
    const sectors = Math.ceil((100 + stream.length) / 512) - 1;
    const bytes = handmade({
      l2: [entry(start + stream.length, 0), entry(start, sectors)],
      data: filled(2 * cluster, 0),
    });
    bytes.set(stream, start);
    bytes.set(otherStream, start + stream.length);
    const layer = openBytes(bytes);
    expectBytes(decoded(layer, 0), other);
    expectBytes(decoded(layer, cluster), plain);
  });

  it("may say more sectors than the file has, but not begin past its end", () => {
    const at = 5 * cluster;
    const bytes = handmade({ l2: [entry(at, 250), entry(at + stream.length, 0)], data: stream });
    const layer = openBytes(bytes);
    expect(layer.map(0, 1)).toMatchObject({ stored: stream.length });
    expectBytes(decoded(layer, 0), plain);
    const error = imageErrorOf(() => layer.map(cluster, 1));
    expect(error).toMatchObject({ code: "truncated", at: at + stream.length });
  });

  it("tell where they are damaged", () => {
    const at = 5 * cluster;
    const layer = openBytes(handmade({ l2: [entry(at, 1)], data: filled(1024, 0xff) }));
    const error = imageErrorOf(() => decoded(layer, 0));
    expect(error).toMatchObject({ code: "corrupt-data", at, file: "image.qcow2" });
  });

  it("split offset and length by the cluster size", () => {
    const small = filled(512, 9);
    const packed = deflateRawSync(small, { windowBits: 12 });
    const at = 5 * 512 + 3;
    const bytes = handmade({ clusterBits: 9, l2: [entry(at, 1, 9)], data: filled(1024, 0) });
    bytes.set(packed, at);
    const layer = openBytes(bytes);
    expect(layer.map(0, 512)).toMatchObject({ at, stored: 1024 - 3, unit: 512 });
    expectBytes(decoded(layer, 0), small);
  });

  it("in zstd tell where they are damaged, too", () => {
    const at = 5 * cluster;
    const bytes = handmade({
      incompatible: 1n << 3n,
      compressionType: 1,
      l2: [entry(at, 1)],
      data: filled(cluster, 1),
    });
    const error = imageErrorOf(() => decoded(openBytes(bytes), 0));
    expect(error).toMatchObject({ code: "corrupt-data", at, file: "image.qcow2" });
  });

  it("cannot be where guest data lies in a data file", () => {
    const layer = openBytes(handmade({ incompatible: 1n << 2n, l2: [entry(5 * cluster, 1)] }));
    expect(imageErrorOf(() => layer.map(0, 1)).code).toBe("invalid-table");
  });
});

describe("extended entries", () => {
  const extended = { incompatible: 1n << 4n } as const;
  const sub = cluster / 32;
  /** Both words of the second half: zeros in bits 32 to 63, allocated in bits 0 to 31. */
  const bitmap = (zeros: number, allocated: number): bigint =>
    (BigInt(zeros >>> 0) << 32n) | BigInt(allocated >>> 0);

  it("tell subclusters apart", () => {
    const l2 = [copied | data(0), bitmap(0x0000ff00, 0xf00000ff), 0n, bitmap(0x80000001, 0)];
    const layer = openBytes(handmade({ ...extended, l2, data: filled(cluster, 1) }));
    const at = 5 * cluster;
    expect(told(layer)).toEqual([
      ["data", 8 * sub, at],
      ["zero", 8 * sub, at + 8 * sub],
      ["unallocated", 12 * sub, undefined],
      ["data", 4 * sub, at + 28 * sub],
      ["zero", sub, undefined],
      ["unallocated", 30 * sub, undefined],
      ["zero", sub, undefined],
      ["unallocated", 2 * cluster, undefined],
    ]);
    expect(layer.map(31 * sub + 5, 10 * cluster)).toMatchObject({
      length: sub - 5,
      at: at + 31 * sub + 5,
    });
  });

  it("merge over clusters whose subclusters lie side by side", () => {
    const l2 = [copied | data(0), bitmap(0, 0xffff0000), copied | data(1), bitmap(0, 0xffff)];
    const layer = openBytes(handmade({ ...extended, l2, data: filled(2 * cluster, 1) }));
    expect(told(layer)[1]).toEqual(["data", 32 * sub, 5 * cluster + 16 * sub]);
  });

  it("do not know the zero flag of standard entries", () => {
    const l2 = [copied | data(0) | zeroFlag, bitmap(0, 0xffffffff)];
    const layer = openBytes(handmade({ ...extended, l2, data: filled(cluster, 1) }));
    expect(layer.map(0, 1).kind).toBe("data");
  });

  it("are damaged when a subcluster is both allocated and zero", () => {
    const l2 = [copied | data(0), bitmap(1, 1)];
    const layer = openBytes(handmade({ ...extended, l2, data: filled(cluster, 1) }));
    // The whole cluster is, as in qemu.
    expect(imageErrorOf(() => layer.map(5 * sub, 1)).code).toBe("invalid-table");
  });

  it("are damaged when a subcluster is allocated nowhere", () => {
    const layer = openBytes(handmade({ ...extended, l2: [0n, bitmap(0, 1)] }));
    expect(imageErrorOf(() => layer.map(0, 1)).code).toBe("invalid-table");
  });

  it("of compressed clusters have no subclusters", () => {
    const stream = deflateRawSync(filled(cluster, 3), { windowBits: 12 });
    const l2 = [compressed | data(0), bitmap(0xffffffff, 0xffffffff)];
    const layer = openBytes(handmade({ ...extended, l2, data: stream }));
    expect(layer.map(0, 2 * cluster)).toMatchObject({ kind: "encoded", length: cluster });
  });
});

describe("data that cannot be read", () => {
  it.each([
    ["encrypted (aes)", "passphrase", { cryptMethod: 1 }],
    ["the file that has its data", "missing-file", { incompatible: 1n << 2n }],
  ])("(%s) is refused where it is needed, zeros and gaps are not", (words, code, parts) => {
    const l2 = [0n, zeroFlag, copied | data(0), copied | data(0) | zeroFlag];
    const layer = openBytes(handmade({ ...parts, l2, data: filled(cluster, 1) }));
    expect(layer.map(0, 1).kind).toBe("unallocated");
    expect(layer.map(cluster, 1).kind).toBe("zero");
    expect(layer.map(3 * cluster, 1).kind).toBe("zero");
    const error = imageErrorOf(() => layer.map(2 * cluster, 1));
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
    expect(imageErrorOf(() => layer.requireReadable?.()).code).toBe(code);
  });

  it("in a data file may lie at offset 0, where only COPIED tells of it", () => {
    const layer = openBytes(handmade({ incompatible: 1n << 2n, l2: [copied, 0n] }));
    expect(imageErrorOf(() => layer.map(0, 1)).code).toBe("missing-file");
    expect(layer.map(cluster, 1).kind).toBe("unallocated");
    expect(openBytes(handmade({ l2: [copied] })).map(0, 1).kind).toBe("unallocated");
  });
});

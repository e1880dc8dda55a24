import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openImage } from "../../../../electron/engine";
import type { ImageLayer } from "../../../../electron/engine/image/layer";
import { createRunColumns, runKind } from "../../../../electron/engine/image/run-columns";
import { describeWithQemu, qemuImg, qemuIo } from "../../../helpers/qemu-img";
import { random, runSeed, type Random } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import {
  clusters,
  compressed,
  copied,
  handmade,
  imageErrorOf,
  openBytes,
  zeroFlag,
} from "./handmade";

const kinds = ["unallocated", "zero", "data"] as const;

/** Kind, begin, end and place of each run, and at last what went wrong. */
type Told = readonly unknown[];

/** What `map` tells from `at` on: one run, or its error. */
function tellOne(layer: ImageLayer, at: number, end: number): { told: Told; to: number } {
  try {
    const run = layer.map(at, end - at);
    const to = at + run.length;
    return { told: [run.kind, at, to, "at" in run ? run.at : -1], to };
  } catch {
    return { told: [imageErrorOf(() => layer.map(at, end - at)).message], to: end };
  }
}

function byMap(layer: ImageLayer, from: number, end: number): Told[] {
  const all: Told[] = [];
  for (let at = from; at < end;) {
    const { told, to } = tellOne(layer, at, end);
    all.push(told);
    at = to;
  }
  return all;
}

/** The same by columns with room for `most` runs, and `map` where they stop. */
function byColumns(layer: ImageLayer, from: number, end: number, most: number): Told[] {
  const columns = createRunColumns(most);
  const all: Told[] = [];
  for (let at = from; at < end;) {
    const to = layer.mapColumns!(columns, at, end);
    for (let run = 0; run < columns.count; run += 1) {
      const start = columns.start[run]!;
      all.push([kinds[columns.kind[run]!], start, start + columns.length[run]!, columns.at[run]]);
    }
    expect(to).toBe(columns.count > 0 ? all.at(-1)![2] : at);
    at = to;
    if (to === end || columns.count > 0) continue;
    const one = tellOne(layer, at, end);
    all.push(one.told);
    at = one.to;
  }
  return all;
}

function expectSame(layer: ImageLayer, from: number, end: number): void {
  const expected = byMap(layer, from, end);
  for (const most of [1, 3, 4096]) expect(byColumns(layer, from, end, most)).toEqual(expected);
}

/** Entries of all kinds in runs of one to four; some are damaged, some lie past the file's end. */
function randomEntries(from: Random, clusterSize: number, dataClusters: number): bigint[] {
  const placeOf = (n: number): bigint => BigInt((clusters.data + n) * clusterSize);
  const entries: bigint[] = [];
  while (entries.length < clusterSize / 8 && entries.length < 64) {
    const kind = from.pick(["data", "data", "zero", "placed", "none", "none", "packed", "bad"]);
    // Places of zeros may lie anywhere, past 4 GiB too.
    const far = BigInt(from.pick([0, 2 ** 32 - (clusters.data + 12) * clusterSize]));
    const first = from.between(0, dataClusters + (from.chance(0.05) ? 2 : -4));
    for (let n = from.between(1, 5); n > 0; n -= 1) {
      const at = placeOf(first + 5 - n);
      if (kind === "data") entries.push(from.chance(0.5) ? at | copied : at);
      else if (kind === "zero") entries.push(zeroFlag);
      else if (kind === "placed") entries.push((at + far) | zeroFlag);
      else if (kind === "none") entries.push(0n);
      else if (kind === "packed") entries.push(compressed | at);
      else entries.push(from.chance(0.1) ? at | 0x200n : at);
    }
  }
  return entries.slice(0, clusterSize / 8);
}

describe(`runs in columns, seed ${runSeed}`, () => {
  it.each(Array.from({ length: 40 }, (_, index) => index))(
    "are those that map tells one by one, damage and all: image %i",
    (index) => {
      const from = random(runSeed + index);
      const clusterBits = from.pick([9, 12, 16]);
      const clusterSize = 2 ** clusterBits;
      const l2 = randomEntries(from, clusterSize, 24);
      const cut = from.chance(0.3) ? 100 : 0;
      const data = new Uint8Array(24 * clusterSize - cut).fill(1);
      const size = l2.length * clusterSize - (from.chance(0.5) ? 512 : 0);
      const version = from.chance(0.2) ? 2 : 3;
      const layer = openBytes(handmade({ version, clusterBits, size, l2, data }));
      expectSame(layer, 0, layer.size);
      const begin = from.between(0, layer.size / 512) * 512;
      expectSame(layer, begin, from.between(begin / 512 + 1, layer.size / 512 + 1) * 512);
    },
  );

  it("are none where only map can tell", () => {
    const columns = createRunColumns(4);
    const extended = openBytes(handmade({ incompatible: 16n }));
    expect(extended.mapColumns).toBeUndefined();
    const packed = openBytes(handmade({ l2: [compressed | BigInt(clusters.data * 65536)] }));
    expect(packed.mapColumns!(columns, 0, packed.size)).toBe(0);
    const plain = openBytes(handmade({}));
    expect(plain.mapColumns!(columns, 512, plain.size)).toBe(512);
    expect(plain.mapColumns!(columns, 0, plain.size)).toBe(plain.size);
    expect([columns.count, columns.kind[0]]).toEqual([1, runKind.unallocated]);
  });
});

describeWithQemu(`runs in columns of many tables, seed ${runSeed}`, () => {
  it("leave map what it remembers, however many tables they go through", () => {
    const cluster = 4096;
    const path = join(tempFolder(), "long.qcow2");
    const options = `cluster_size=${cluster},preallocation=metadata`;
    // More tables than are kept in memory.
    qemuImg(["create", "-q", "-f", "qcow2", "-o", options, path, "3G"]);
    const image = openImage({ path, format: "qcow2", grants: [] });
    try {
      const layer = image.layers[0]!;
      const second = layer.map(cluster, cluster);
      layer.map(0, cluster);
      const columns = createRunColumns(4096);
      for (let at = 0; at < image.size;) at = layer.mapColumns!(columns, at, image.size);
      expect(layer.map(cluster, cluster)).toEqual(second);
    } finally {
      image.close();
    }
  });

  it("are those that map tells one by one", () => {
    const from = random(runSeed + 100);
    const path = join(tempFolder(), "small-clusters.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", "-o", "cluster_size=512", path, "4M"]);
    const commands = Array.from({ length: 120 }, () => {
      const at = from.between(0, 8000) * 512;
      const length = from.between(1, 180) * 512;
      const write = from.pick(["write -q -P 7", "write -q -z", "write -q -z -u", "discard"]);
      return `${write} ${at} ${length}`;
    });
    qemuIo(path, "qcow2", commands);
    const image = openImage({ path, format: "qcow2", grants: [] });
    try {
      const [layer] = image.layers;
      expectSame(layer!, 0, image.size);
      expect(byMap(layer!, 0, image.size).length).toBeGreaterThan(50);
    } finally {
      image.close();
    }
  });
});

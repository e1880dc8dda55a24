import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { withinAllocation } from "../../conformance/allocation-watch";
import type { ImageError } from "../../../../electron/engine/errors";
import { stackLayers } from "../../../../electron/engine/image/disk-image";
import type { ImageLayer } from "../../../../electron/engine/image/layer";
import { random, runSeed } from "../../../helpers/seed";
import { readThrough, refusal } from "../no-harm";
import {
  compressed,
  copied,
  filled,
  handmade,
  openBytes,
  zeroFlag,
  type Handmade,
} from "./handmade";

const clusterBits = 9;
const cluster = 2 ** clusterBits;
const data = (n: number): bigint => BigInt((5 + n) * cluster);

/** Small enough to try every byte of: all kinds of clusters, a snapshot, bitmaps, a backing file. */
function specimen(version: 2 | 3): Uint8Array {
  const stream = deflateRawSync(filled(cluster, 1), { windowBits: 12 });
  const l2 = [
    copied | data(0),
    version === 3 ? zeroFlag : 0n,
    compressed | data(1),
    copied | data(2) | (version === 3 ? zeroFlag : 0n),
    0n,
    copied | data(2),
  ];
  const bitmaps = new Uint8Array(24);
  const view = new DataView(bitmaps.buffer);
  view.setUint32(0, 1);
  view.setBigUint64(8, 32n);
  view.setBigUint64(16, data(4));
  const parts: Handmade = {
    version,
    clusterBits,
    size: 8 * cluster,
    l2,
    data: filled(5 * cluster, 0x11),
    autoclear: 1n,
    extensions: [
      { type: 0xe2792aca, data: new TextEncoder().encode("raw") },
      { type: 0x23852875, data: bitmaps },
      { type: 0x44415441, data: new TextEncoder().encode("data") },
    ],
    backingName: "base.raw",
  };
  const bytes = handmade(parts);
  bytes.set(stream, Number(data(1)));
  const all = new DataView(bytes.buffer);
  all.setUint32(60, 1);
  all.setBigUint64(64, data(3));
  bytes.fill(0, Number(data(3)));
  all.setUint16(Number(data(3)) + 14, 4);
  all.setBigUint64(Number(data(4)), data(0));
  bytes.set([0, 0, 0, 1], Number(data(4)) + 8);
  bytes.set([1, 16, 0, 4, 0, 0, 0, 0, 0x61, 0x62, 0x63, 0x64], Number(data(4)) + 16);
  return bytes;
}

/** What opening and reading everything comes to: undefined when it works. Anything but an ImageError is thrown. */
function expectReadOrRefused(bytes: Uint8Array): ImageError | undefined {
  return refusal(2 ** 21, () => {
    const layer = openBytes(bytes);
    // The end of a disk that grew by a damaged size, and its beginning.
    if (layer.size > 0) layer.map(layer.size - 1, 1);
    readThrough(stackLayers([layer]), 16 * cluster);
  });
}

const extremes = [0n, 1n, 0x7fn, 0xffn, 0x7fffffffn, 0x80000000n, 0xffffffffn];
const wideExtremes = [
  2n ** 32n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 56n - 512n,
  2n ** 63n,
  2n ** 64n - 1n,
];

const fields: readonly (readonly [string, number, 4 | 8])[] = [
  ["version", 4, 4],
  ["backing_file_offset", 8, 8],
  ["backing_file_size", 16, 4],
  ["cluster_bits", 20, 4],
  ["size", 24, 8],
  ["crypt_method", 32, 4],
  ["l1_size", 36, 4],
  ["l1_table_offset", 40, 8],
  ["refcount_table_offset", 48, 8],
  ["refcount_table_clusters", 56, 4],
  ["nb_snapshots", 60, 4],
  ["snapshots_offset", 64, 8],
  ["incompatible_features", 72, 8],
  ["compatible_features", 80, 8],
  ["autoclear_features", 88, 8],
  ["refcount_order", 96, 4],
  ["header_length", 100, 4],
  ["compression_type", 104, 4],
  ["first extension", 112, 8],
];

describe.each([2, 3] as const)("a hostile image of version %i", (version) => {
  it("reads when it is whole", () => {
    expect(expectReadOrRefused(specimen(version))).toBeUndefined();
  });

  it.each(fields)("with %s at its extremes is read or refused", (_, at, width) => {
    const whole = specimen(version);
    const length = BigInt(whole.length);
    const values = [...extremes, length - 1n, length, length + 1n];
    if (width === 8) values.push(...wideExtremes);
    for (const value of values) {
      const bytes = whole.slice();
      const view = new DataView(bytes.buffer);
      if (width === 8) view.setBigUint64(at, value);
      else view.setUint32(at, Number(value));
      expectReadOrRefused(bytes);
    }
  });

  it("with any byte of its tables changed is read or refused", () => {
    const whole = specimen(version);
    const tables = [
      [0, 240],
      [3 * cluster, 3 * cluster + 8],
      [4 * cluster, 4 * cluster + 64],
      [Number(data(3)), Number(data(3)) + 64],
      [Number(data(4)), Number(data(4)) + 32],
    ] as const;
    let refused = 0;
    for (const [start, end] of tables) {
      for (let at = start; at < end; at++) {
        for (const value of [0x00, 0x01, 0x7f, 0x80, 0xff]) {
          const bytes = whole.slice();
          bytes[at] = value;
          if (expectReadOrRefused(bytes) !== undefined) refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(100);
  });

  it(`with random bytes changed is read or refused (seed ${runSeed})`, () => {
    const r = random(runSeed);
    const whole = specimen(version);
    for (let i = 0; i < 1000; i++) {
      const bytes = whole.slice();
      for (let changes = r.between(1, 8); changes > 0; changes--) {
        bytes[r.between(8, bytes.length)] = r.between(0, 256);
      }
      expectReadOrRefused(bytes);
    }
  });

  it("cut off anywhere tells that it is", () => {
    const whole = specimen(version);
    // The last of its parts: the bitmap directory, or the one snapshot's name.
    const end = version === 3 ? Number(data(4)) + 32 : Number(data(3)) + 44;
    for (let length = 8; length < end; length += 4) {
      const cut = whole.subarray(0, length);
      const error = expectReadOrRefused(cut);
      // The disk is read without the snapshot and the bitmap.
      const lostOf = ({ lostSnapshots, lostBitmaps }: ImageLayer) => lostSnapshots ?? lostBitmaps;
      const told = error?.code === "truncated" ? error : lostOf(openBytes(cut));
      expect(told?.code, `cut at ${length}`).toBe("truncated");
    }
    expect(expectReadOrRefused(whole.subarray(0, end))).toBeUndefined();
  });
});

describe("what is asked for before it is known to be there", () => {
  it("is never more than the file has", () => {
    const bytes = handmade({ clusterBits: 16, size: 2 ** 48 });
    const view = new DataView(bytes.buffer);
    view.setUint32(36, 2 ** 22);
    expect(withinAllocation(2 ** 20, () => expectReadOrRefused(bytes))?.code).toBe("truncated");
  });
});

import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { ImageError } from "../../../../electron/engine/errors";
import { random, runSeed } from "../../../helpers/seed";
import { readThrough, refusal } from "../no-harm";
import { compressed, dataAt, filled, handmade, openBytes, places } from "./handmade";

const cluster = 512;

/** All kinds of clusters, and a backing file. */
function specimen(): Uint8Array {
  const stream = deflateRawSync(filled(cluster, 1));
  const data = filled(4 * cluster, 0x11);
  data.set(stream);
  const at = (n: number): bigint => BigInt(dataAt() + n * cluster);
  const l2 = [at(1), at(2), 0n, compressed | (BigInt(stream.length) << 54n) | at(0), at(3)];
  return handmade({
    backingName: "base.raw",
    size: 100 * cluster,
    l1: [BigInt(places.l2), 0n],
    l2,
    data,
  });
}

/** What opening and reading everything comes to: undefined when it works. Anything but an ImageError is thrown. */
function expectReadOrRefused(bytes: Uint8Array): ImageError | undefined {
  return refusal(2 ** 20, () => readThrough(openBytes(bytes), 64 * cluster));
}

const extremes = [0n, 1n, 8n, 9n, 12n, 13n, 16n, 17n, 0x7fn, 0xffn, 2n ** 31n, 2n ** 32n - 1n];
const wideExtremes = [2n ** 32n, 2n ** 46n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];

const fields: readonly (readonly [string, number, 1 | 4 | 8])[] = [
  ["version", 4, 4],
  ["backing_file_offset", 8, 8],
  ["backing_file_size", 16, 4],
  ["mtime", 20, 4],
  ["size", 24, 8],
  ["cluster_bits", 32, 1],
  ["l2_bits", 33, 1],
  ["crypt_method", 36, 4],
  ["l1_table_offset", 40, 8],
  ["an L1 entry", places.l1, 8],
  ["an L2 entry", places.l2, 8],
  ["a compressed cluster's L2 entry", places.l2 + 24, 8],
];

describe("a hostile image", () => {
  it("reads when it is whole", () => {
    expect(expectReadOrRefused(specimen())).toBeUndefined();
  });

  it.each(fields)("with %s at its extremes is read or refused", (_, at, width) => {
    const whole = specimen();
    const length = BigInt(whole.length);
    const values = [...extremes, length - 1n, length, length + 1n];
    if (width === 8) values.push(...wideExtremes);
    for (const value of values) {
      const bytes = whole.slice();
      const field = new Uint8Array(8);
      new DataView(field.buffer).setBigUint64(0, value);
      bytes.set(field.subarray(8 - width), at);
      expectReadOrRefused(bytes);
    }
  });

  it("with any byte of its tables changed is read or refused", () => {
    const whole = specimen();
    let refused = 0;
    for (const [start, end] of [
      [0, 72],
      [places.l1, places.l1 + 16],
      [places.l2, places.l2 + 48],
    ] as const)
      for (let at = start; at < end; at += 1)
        for (const value of [0x00, 0x01, 0x7f, 0x80, 0xff]) {
          const bytes = whole.slice();
          bytes[at] = value;
          if (expectReadOrRefused(bytes) !== undefined) refused += 1;
        }
    expect(refused).toBeGreaterThan(100);
  });

  it(`with random bytes changed is read or refused (seed ${runSeed})`, () => {
    const r = random(runSeed);
    const whole = specimen();
    for (let turn = 0; turn < 500; turn += 1) {
      const bytes = whole.slice();
      for (let changes = r.between(1, 8); changes > 0; changes -= 1)
        bytes[r.between(8, bytes.length)] = r.between(0, 256);
      expectReadOrRefused(bytes);
    }
  });

  it("cut off anywhere tells that it is", () => {
    const whole = specimen();
    const end = dataAt() + 3 * cluster;
    for (let length = 8; length <= end; length += 8) {
      const error = expectReadOrRefused(whole.subarray(0, length));
      expect(error?.code, `cut at ${length}`).toBe("truncated");
    }
    expect(expectReadOrRefused(whole.subarray(0, end + 1))).toBeUndefined();
  });
});

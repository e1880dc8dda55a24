import { deflateRawSync, inflateRawSync, inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { nodeCompression, portableCompression } from "../../../electron/engine/codec/compression";
import { createBlockEncoder } from "../../../electron/engine/ops/encode-block";
import { createIncompressibleTest } from "../../../electron/engine/ops/incompressible";
import { expectBytes } from "../../helpers/bytes";
import { random, runSeed } from "../../helpers/seed";

const CLUSTER = 65_536;
const encoding = { codec: "deflate-raw", windowBits: 12, level: 5 } as const;

/** Noise that comes again every `distance` bytes. */
function repeated(distance: number, length = CLUSTER): Uint8Array {
  const part = new Uint8Array(distance);
  random(runSeed).fill(part);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += distance) bytes.set(part.subarray(0, length - at), at);
  return bytes;
}

/** Bytes of 0 to 255, all alike likely. */
function noise(length: number): Uint8Array {
  const numbers = random(runSeed + length);
  return Uint8Array.from({ length }, () => numbers.between(0, 256));
}

/** Decodes with no more than a window of 4 KiB, as a reader may. */
function inflateNarrow(stream: Uint8Array): Uint8Array {
  return inflateRawSync(stream, { windowBits: 12, chunkSize: 512 });
}

describe(`encoding a block, seed ${runSeed}`, () => {
  const encode = createBlockEncoder(encoding);

  it.each([1, 60, 511, 3000, 3800, 4000, 4096, 5000, 32_000])(
    "reaches back no farther than the window, for repetitions every %i bytes",
    (distance) => {
      const bytes = repeated(distance);
      for (let at = 0; at < CLUSTER; at += 1000) bytes.fill(1, at, at + 50);
      const stream = encode(bytes, 0);
      expect(stream).toBeDefined();
      expectBytes(inflateNarrow(stream!), bytes);
    },
  );

  it("would be found out if it did", () => {
    const stream = deflateRawSync(repeated(5000), { windowBits: 15 });
    expect(() => inflateNarrow(stream)).toThrow("too far back");
  });

  it("gives up what gets no shorter", () => {
    for (const length of [1, 512, 4096, CLUSTER, 2 ** 21])
      expect(encode(noise(length), 0)).toBeUndefined();
    expect(encode(new Uint8Array(512).fill(7), 0)!.length).toBeLessThan(20);
  });
});

describe("encoding a grain of a stream-optimized VMDK", () => {
  const grain = createBlockEncoder({ codec: "vmdk-grain", level: 1 });

  it.each([
    ["repetitions", repeated(100)],
    ["noise", noise(CLUSTER)],
  ])("puts the marker in front, and sectors full, of %s", (_, bytes) => {
    const encoded = grain(bytes, 3 * 2 ** 42 + 65_536)!;
    expect(encoded.length % 512).toBe(0);
    const marker = new DataView(encoded.buffer);
    expect(marker.getBigUint64(0, true)).toBe(BigInt((3 * 2 ** 42 + 65_536) / 512));
    const length = marker.getUint32(8, true);
    expect(Math.ceil((12 + length) / 512) * 512).toBe(encoded.length);
    expectBytes(inflateSync(encoded.subarray(12, 12 + length)), bytes);
    expect(encoded.subarray(12 + length).every((byte) => byte === 0)).toBe(true);
    expect(encoded.length).toBeLessThanOrEqual(bytes.length + 512);
  });
});

describe.each([nodeCompression, portableCompression])(
  "the test for noise with $id zlib",
  (codec) => {
    const isIncompressible = createIncompressibleTest(codec);

    it("knows noise", () => {
      for (const length of [16_384, CLUSTER, 2 ** 21])
        expect(isIncompressible(noise(length))).toBe(true);
    });

    it.each([
      ["repetitions that a window sees", repeated(512)],
      ["half noise, half text", half(new TextEncoder().encode("a line of a log\n".repeat(2048)))],
      ["noise without one bit", noise(CLUSTER).map((byte) => byte & 0x7f)],
      ["noise with a tenth of zeros", noise(CLUSTER).map((byte, at) => (at % 10 === 0 ? 0 : byte))],
      ["a small block", noise(4096)],
    ])("lets %s through", (_, bytes) => {
      expect(isIncompressible(bytes)).toBe(false);
    });
  },
);

/** Noise, the second half of which is something else. */
function half(other: Uint8Array): Uint8Array {
  const bytes = noise(CLUSTER);
  bytes.set(other.subarray(0, CLUSTER / 2), CLUSTER / 2);
  return bytes;
}

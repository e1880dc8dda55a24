import { describe, expect, it } from "vitest";
import {
  compression,
  nodeCompression,
  portableCompression,
} from "../../../electron/engine/codec/compression";
import { expectBytes } from "../io/target-suite";
import { thrownBy } from "../io/thrown";

/** The same bytes that cannot be compressed, every time. */
function noise(length: number): Uint8Array {
  let state = 0x9e3779b9;
  return Uint8Array.from({ length }, () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5;
    return (state >>> 16) & 0xff;
  });
}

/** `length` bytes of words, so that matches reach far back. */
function words(length: number): Uint8Array {
  const some = new TextEncoder().encode("cluster refcount table snapshot backing header offset ");
  const pick = noise(length);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 9) {
    const from = (pick[at] ?? 0) % 40;
    bytes.set(some.subarray(from, from + Math.min(9, length - at)), at);
  }
  return bytes;
}

const half = new Uint8Array(65_536);
half.set(noise(30_000));

const inputs: [string, Uint8Array][] = [
  ["one byte", Uint8Array.of(7)],
  ["512 zeros", new Uint8Array(512)],
  ["noise, which grows", noise(4096)],
  ["a cluster of words", words(65_536)],
  ["a cluster half noise, half zeros", half],
  ["2 MiB of zeros", new Uint8Array(2 ** 21)],
  ["nothing", new Uint8Array(0)],
];

const both = [nodeCompression, portableCompression];
const pairs = both.flatMap((encoder) =>
  both.map((decoder) => ({ encoder, decoder, title: `${encoder.id} to ${decoder.id}` })),
);

/** `bytes` at an odd offset of a shared buffer, as the copier threads hold them. */
function shared(bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(new SharedArrayBuffer(bytes.length + 20)).fill(0x5a);
  all.set(bytes, 13);
  return all.subarray(13, 13 + bytes.length);
}

describe.each(pairs)("from $title", ({ encoder, decoder }) => {
  it.each(inputs)("%s comes back from its zlib stream, at every kind of level", (_, bytes) => {
    for (const level of [0, 1, 6, 9]) {
      const encoded = encoder.deflateZlib(shared(bytes), level);
      expectBytes(decoder.inflateZlib(encoded, bytes.length), bytes);
      if (level === 0) expect(encoded.length).toBeGreaterThan(bytes.length);
    }
  });

  describe.each([12, 15])("with a window of %d bits", (windowBits) => {
    it.each(inputs)("%s comes back", (_, bytes) => {
      const encoded = encoder.deflateRaw(bytes, windowBits, 6);
      const into = new Uint8Array(bytes.length).fill(0xee);
      decoder.inflateRaw(encoded, into);
      expectBytes(into, bytes);
    });
  });

  it.each([1, 9])("level %d comes back, and more of it is smaller", (level) => {
    const bytes = words(65_536);
    const encoded = encoder.deflateRaw(bytes, 12, level);
    const into = new Uint8Array(bytes.length);
    decoder.inflateRaw(encoded, into);
    expectBytes(into, bytes);
    expect(encoder.deflateRaw(bytes, 12, 9).length).toBeLessThanOrEqual(encoded.length);
    expect(encoded.length).toBeLessThan(bytes.length);
  });

  it("shared memory and views come back, and their neighbours stay", () => {
    const bytes = words(5000);
    const encoded = shared(encoder.deflateRaw(shared(bytes), 12, 6));
    const into = shared(new Uint8Array(5000));
    decoder.inflateRaw(encoded, into);
    expectBytes(into, bytes);
    const around = new Uint8Array(into.buffer);
    expect(around.subarray(0, 13).every((byte) => byte === 0x5a)).toBe(true);
    expect(around.subarray(5013).every((byte) => byte === 0x5a)).toBe(true);
  });

  it("junk behind the stream is ignored", () => {
    for (const junk of [new Uint8Array(511), noise(511), Uint8Array.of(0x78, 0x9c)]) {
      const encoded = encoder.deflateRaw(half, 12, 6);
      const sector = new Uint8Array(encoded.length + junk.length);
      sector.set(encoded);
      sector.set(junk, encoded.length);
      const into = new Uint8Array(half.length);
      decoder.inflateRaw(sector, into);
      expectBytes(into, half);
    }
  });

  it("a stream longer or shorter than asked for is corrupt, and nothing is written", () => {
    const encoded = encoder.deflateRaw(half, 12, 6);
    for (const length of [0, 1, 512, half.length - 1, half.length + 1, 2 * half.length]) {
      const into = new Uint8Array(length).fill(0xee);
      const error = thrownBy(() => decoder.inflateRaw(encoded, into));
      expect(error).toMatchObject({ code: "corrupt-data", expected: length });
      expect(into.every((byte) => byte === 0xee)).toBe(true);
    }
  });

  it("a stream that is cut off is corrupt", () => {
    const encoded = encoder.deflateRaw(half, 12, 6);
    for (const length of [0, 1, 100, encoded.length >> 1, encoded.length - 1]) {
      const into = new Uint8Array(half.length);
      const cut = encoded.subarray(0, length);
      expect(thrownBy(() => decoder.inflateRaw(cut, into)).code).toBe("corrupt-data");
    }
  });

  it("a bomb is stopped at what was asked for", () => {
    // 64 MiB of zeros in 64 KiB; decoding it all would show in the memory taken.
    const bomb = nodeCompression.deflateRaw(new Uint8Array(2 ** 26), 15, 9);
    const before = process.memoryUsage().arrayBuffers;
    const into = new Uint8Array(512);
    expect(thrownBy(() => decoder.inflateRaw(bomb, into)).code).toBe("corrupt-data");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 22);
  });
});

describe.each(both)("$id", (codec) => {
  it("calls what is no deflate stream corrupt, whatever it is", () => {
    const into = new Uint8Array(4096);
    for (const bytes of [Uint8Array.of(0xff), Uint8Array.of(7, 7, 7), noise(600).fill(6, 0, 1)]) {
      expect(thrownBy(() => codec.inflateRaw(bytes, into)).code).toBe("corrupt-data");
    }
    // Any flipped bit either shows, or leaves a stream of the right length.
    const encoded = codec.deflateRaw(words(4096), 12, 6);
    for (let bit = 0; bit < encoded.length * 8; bit += 61) {
      const flipped = encoded.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      try {
        codec.inflateRaw(flipped, into);
      } catch (error) {
        expect(error).toMatchObject({ name: "ImageError", code: "corrupt-data" });
      }
    }
  });

  it("never matches farther back than its window", () => {
    // The second copy lies 20,000 bytes behind the first: out of reach of 12 bits, within 15.
    const bytes = new Uint8Array(22_000);
    const piece = noise(2000);
    bytes.set(piece);
    bytes.set(piece, 20_000);
    const near = codec.deflateRaw(bytes, 12, 9).length;
    const far = codec.deflateRaw(bytes, 15, 9).length;
    expect(near - far).toBeGreaterThan(1800);
  });
});

describe("the codec in use", () => {
  it("is Node's where there is one", () => {
    expect(compression()).toBe(nodeCompression);
  });
});

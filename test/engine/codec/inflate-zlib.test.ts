import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { nodeCompression, portableCompression } from "../../../electron/engine/codec/compression";
import { thrownBy } from "../io/thrown";

const words = new TextEncoder().encode("grain marker footer directory table ".repeat(2000));
const stream = new Uint8Array(deflateSync(words));

describe.each([nodeCompression, portableCompression])("zlib streams: $id", (codec) => {
  it("come back, whatever follows them and however much was allowed", () => {
    const followed = Buffer.concat([stream, Buffer.from("junk that is not zero")]);
    for (const from of [stream, followed]) {
      for (const most of [words.length, words.length + 1, words.length * 3]) {
        expect(Buffer.compare(codec.inflateZlib(from, most), words)).toBe(0);
      }
    }
    expect(codec.inflateZlib(deflateSync(new Uint8Array(0)), 10).length).toBe(0);
  });

  it.each([
    ["longer than allowed", stream, words.length - 1],
    ["cut off", stream.subarray(0, stream.length - 1), words.length],
    [
      "with a wrong Adler-32",
      stream.map((byte, i) => (i === stream.length - 1 ? byte ^ 1 : byte)),
      words.length,
    ],
    ["without a wrapper", stream.subarray(2), words.length],
    ["a bomb", new Uint8Array(deflateSync(new Uint8Array(2 ** 24))), 512],
    ["nothing", new Uint8Array(0), 512],
  ])("%s are refused", (_, from, most) => {
    expect(thrownBy(() => codec.inflateZlib(from, most)).code).toBe("corrupt-data");
  });
});

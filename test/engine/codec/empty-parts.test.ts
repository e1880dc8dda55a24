import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { byteInput, type ByteInput } from "../../../electron/engine/codec/byte-input";
import { decodeGzip } from "../../../electron/engine/codec/gunzip";
import { decodeXz } from "../../../electron/engine/codec/xz/decode";
import { decodeZstd } from "../../../electron/engine/codec/zstd/decode";
import { memorySource } from "../../../electron/engine/io/memory";
import { thrownBy } from "../io/thrown";

type Decode = (input: ByteInput) => Iterable<Uint8Array>;

/** A zstd frame's head with a window of 1 KiB, and no size or checksum. */
const head = [0x28, 0xb5, 0x2f, 0xfd, 0, 0];
const emptyFrame = Uint8Array.of(...head, 1, 0, 0);
const skippable = Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0);
const emptyXz = Buffer.from(
  "fd377a585a000004e6d6b446000000001cdf44211fb6f37d010000000004595a",
  "hex",
);

function unpacked(decode: Decode, bytes: Uint8Array): number {
  let length = 0;
  for (const part of decode(byteInput(memorySource(bytes)))) length += part.length;
  return length;
}

const repeated = (part: Uint8Array, count: number): Buffer =>
  Buffer.concat(Array.from({ length: count }, () => part));

it.each<[string, Decode, Uint8Array]>([
  ["gzip members", decodeGzip, gzipSync("")],
  ["zstd frames", decodeZstd, emptyFrame],
  ["skippable zstd frames", decodeZstd, skippable],
  ["xz streams", decodeXz, emptyXz],
])("some empty %s are passed over, endless ones are not waited for", (_, decode, part) => {
  expect(unpacked(decode, repeated(part, 1000))).toBe(0);
  const error = thrownBy(() => unpacked(decode, repeated(part, 1001)));
  expect(error).toMatchObject({ code: "corrupt-data" });
  expect(error.message).toContain("hold nothing");
});

it("a zstd frame in a hole, whose blocks are all empty, is not read to its end", () => {
  const hole = Buffer.alloc(2 ** 24);
  hole.set(head);
  const input = byteInput(memorySource(hole));
  const error = thrownBy(() => [...decodeZstd(input)]);
  expect(error).toMatchObject({ code: "corrupt-data" });
  expect(input.at).toBeLessThan(2 ** 16);
});

it("what holds something between empty parts is read, however many there are", () => {
  const packed = gzipSync("a");
  const bytes = Buffer.concat([repeated(gzipSync(""), 900), packed, repeated(gzipSync(""), 900)]);
  expect(unpacked(decodeGzip, bytes)).toBe(1);
});

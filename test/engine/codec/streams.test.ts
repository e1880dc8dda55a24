import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { byteInput, type ByteInput } from "../../../electron/engine/codec/byte-input";
import { decodeGzip } from "../../../electron/engine/codec/gunzip";
import { contentSizeOf, decodeZstd } from "../../../electron/engine/codec/zstd/decode";
import { ImageError } from "../../../electron/engine/errors";
import { memorySource } from "../../../electron/engine/io/memory";
import { expectBytes } from "../../helpers/bytes";
import { describeWith, packWith } from "../../helpers/packers";
import { patternDisk } from "../../helpers/pattern-disk";
import { random, runSeed } from "../../helpers/seed";
import { thrownBy } from "../io/thrown";
import { packedBy, packedText } from "./packed-text";

type Decode = (input: ByteInput) => Iterable<Uint8Array>;

function all(decode: Decode, bytes: Uint8Array): Uint8Array {
  const parts = Array.from(decode(byteInput(memorySource(bytes))), (part) => part.slice());
  expect(Math.max(0, ...parts.map(({ length }) => length))).toBeLessThanOrEqual(2 ** 18);
  return Buffer.concat(parts);
}

/** Fails unless a stream with a wrong bit, or without its end, is refused or still right. */
function expectSturdy(decode: Decode, stream: Uint8Array, content: Uint8Array, step: number): void {
  for (let at = 0; at < stream.length; at += step) {
    const damaged = stream.slice();
    damaged[at]! ^= 1 << (at % 8);
    for (const bytes of [damaged, stream.subarray(0, at)]) {
      let result: Uint8Array;
      try {
        result = all(decode, bytes);
      } catch (error) {
        if (error instanceof ImageError) continue;
        throw error;
      }
      if (result.length > 0) expectBytes(result, content);
    }
  }
}

const { bytes: disk } = patternDisk(random(runSeed), 300_000);
const contents = [new Uint8Array(0), Uint8Array.of(7), packedText, disk];

describe(`gzip (seed ${runSeed})`, () => {
  it("comes back, of several members too, whatever follows", () => {
    for (const content of contents) {
      const stream = gzipSync(content);
      expectBytes(all(decodeGzip, stream), content);
      const twice = Buffer.concat([stream, stream, new Uint8Array(512)]);
      expectBytes(all(decodeGzip, twice), Buffer.concat([content, content]));
    }
  });

  it("is refused, or still right, when damaged", () => {
    expectSturdy(decodeGzip, new Uint8Array(gzipSync(packedText)), packedText, 13);
    const cut = gzipSync(packedText).subarray(0, -1);
    expect(thrownBy(() => all(decodeGzip, cut)).code).toBe("corrupt-data");
  });
});

describe("zstd", () => {
  const stream = packedBy("zstd");

  it("comes back, and tells its size where it knows it", () => {
    expectBytes(all(decodeZstd, stream), packedText);
    expect(contentSizeOf(byteInput(memorySource(stream)))).toBeUndefined();
  });

  it("may be several frames, some of them to be skipped", () => {
    const skipped = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const bytes = Buffer.concat([stream, skipped, stream]);
    expectBytes(all(decodeZstd, bytes), Buffer.concat([packedText, packedText]));
  });

  it("is refused, or still right, when damaged", () => {
    expectSturdy(decodeZstd, stream, packedText, 13);
  });

  it("is refused with a window past the limit, without memory for it", () => {
    const header = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0xf8, 1, 0, 0);
    expect(thrownBy(() => all(decodeZstd, header)).code).toBe("limit");
  });
});

describeWith("zstd", () => {
  it.each([["-1"], ["-3"], ["-19"], ["-3", "--no-check"]])(
    `%s %s comes back (seed ${runSeed})`,
    (...setting) => {
      for (const content of contents)
        expectBytes(all(decodeZstd, packWith("zstd", setting, content)), content);
    },
  );
});

describeWith("gzip", () => {
  it(`comes back (seed ${runSeed})`, () => {
    for (const content of contents)
      expectBytes(all(decodeGzip, packWith("gzip", ["-9"], content)), content);
  });
});

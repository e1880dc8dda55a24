import { describe, expect, it } from "vitest";
import { decodeXzInto } from "../../../electron/engine/codec/xz/decode";
import { unpackedXzSize } from "../../../electron/engine/codec/xz/unpacked-size";
import { ImageError } from "../../../electron/engine/errors";
import { memorySource } from "../../../electron/engine/io/memory";
import { expectBytes } from "../../helpers/bytes";
import { describeWith, packWith } from "../../helpers/packers";
import { patternDisk } from "../../helpers/pattern-disk";
import { random, runSeed } from "../../helpers/seed";
import { thrownBy } from "../io/thrown";
import { packedBy, packedText } from "./packed-text";

const { length } = packedText;
const streams = { "one block": packedBy("xz"), "three blocks": packedBy("xzBlocks") };
const sizeOf = (bytes: Uint8Array) => unpackedXzSize(memorySource(bytes));

function decoded(from: Uint8Array, size: number): Uint8Array {
  const into = new Uint8Array(size);
  decodeXzInto(from, into);
  return into;
}

describe.each(Object.entries(streams))("xz of %s", (_, stream) => {
  it("comes back, and tells its size before", () => {
    expectBytes(decoded(stream, length), packedText);
    expect(sizeOf(stream)).toBe(length);
  });

  it("may be several streams with zeros behind them", () => {
    const twice = Buffer.concat([stream, Buffer.alloc(8), stream, Buffer.alloc(4)]);
    expect(sizeOf(twice)).toBe(2 * length);
    expectBytes(decoded(twice, 2 * length), Buffer.concat([packedText, packedText]));
    const odd = Buffer.concat([stream, Buffer.alloc(3)]);
    expect(thrownBy(() => decoded(odd, length)).code).toBe("corrupt-data");
  });

  it("is refused when it holds more or less than expected", () => {
    for (const size of [0, length - 1, length + 1])
      expect(thrownBy(() => decoded(stream, size)).code).toBe("corrupt-data");
  });

  it("is refused, or still right, with any bit wrong or its end missing", () => {
    for (let at = 0; at < stream.length; at += 3) {
      const damaged = stream.slice();
      damaged[at]! ^= 1 << (at % 8);
      for (const bytes of [damaged, stream.subarray(0, at)]) {
        let result: Uint8Array;
        try {
          result = decoded(bytes, length);
        } catch (error) {
          if (error instanceof ImageError) continue;
          throw error;
        }
        expectBytes(result, packedText);
      }
    }
  });
});

describeWith("xz", () => {
  const checks = ["none", "crc32", "crc64", "sha256"].map((check) => [`--check=${check}`, "-1"]);
  const filters = ["dict=4KiB,lc=0,lp=3,pb=4", "dict=64KiB,lc=4,lp=0,pb=0", "mode=fast,nice=8"];
  const settings = [["-0"], ["-6"], ["--block-size=65536", "-1"], ...checks].concat(
    filters.map((filter) => [`--lzma2=${filter}`]),
  );
  for (const setting of settings) {
    it(`${setting.join(" ")} comes back (seed ${runSeed})`, () => {
      const { bytes } = patternDisk(random(runSeed), 200_000);
      for (const content of [new Uint8Array(0), Uint8Array.of(7), bytes]) {
        const stream = packWith("xz", setting, content);
        expectBytes(decoded(stream, content.length), content);
        expect(sizeOf(stream)).toBe(content.length);
      }
    });
  }

  it(`with matches from far back comes back (seed ${runSeed})`, () => {
    const part = new Uint8Array(60_000);
    random(runSeed).fill(part);
    // More than is kept: the window moves to the front while matches still point far behind it.
    const content = Buffer.concat(Array.from({ length: 90 }, () => part));
    const stream = packWith("xz", ["--lzma2=preset=0,dict=64KiB"], content);
    expect(stream.length).toBeLessThan(70_000);
    expectBytes(decoded(stream, content.length), content);
  });

  it("with filters besides LZMA2, or a dictionary past the limit, is refused", () => {
    const x86 = packWith("xz", ["--x86", "--lzma2"], packedText);
    expect(thrownBy(() => decoded(x86, length)).code).toBe("unsupported");
    const large = packWith("xz", ["--lzma2=preset=0,dict=256MiB"], packedText);
    expect(thrownBy(() => decoded(large, length)).code).toBe("limit");
  });
});

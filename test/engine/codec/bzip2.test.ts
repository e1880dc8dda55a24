import { describe, expect, it } from "vitest";
import { decodeBzip2 } from "../../../electron/engine/codec/bzip2/decode";
import { ImageError } from "../../../electron/engine/errors";
import { expectBytes } from "../../helpers/bytes";
import { describeWith, packWith } from "../../helpers/packers";
import { patternDisk } from "../../helpers/pattern-disk";
import { random, runSeed } from "../../helpers/seed";
import { thrownBy } from "../io/thrown";
import { packedBy, packedText } from "./packed-text";

const stream = packedBy("bzip2");

function decoded(from: Uint8Array, length: number): Uint8Array {
  const into = new Uint8Array(length);
  decodeBzip2(from, into);
  return into;
}

describe("bzip2", () => {
  it("comes back, whatever follows it", () => {
    expectBytes(decoded(stream, packedText.length), packedText);
    expectBytes(
      decoded(Buffer.concat([stream, Buffer.from("junk")]), packedText.length),
      packedText,
    );
  });

  it("is refused when it holds more or less than expected, and never written past the end", () => {
    const into = new Uint8Array(packedText.length);
    expect(thrownBy(() => decodeBzip2(stream, into.subarray(0, -1))).code).toBe("corrupt-data");
    expect(into.at(-1)).toBe(0);
    expect(thrownBy(() => decoded(stream, packedText.length + 1)).code).toBe("corrupt-data");
    expect(thrownBy(() => decoded(new Uint8Array(0), 512)).code).toBe("corrupt-data");
    expect(thrownBy(() => decoded(stream.subarray(0, -1), packedText.length)).code).toBe(
      "corrupt-data",
    );
  });

  it("is refused, or still right, with any bit wrong", () => {
    for (let at = 0; at < stream.length; at += 3) {
      const damaged = stream.slice();
      damaged[at]! ^= 1 << (at % 8);
      let result: Uint8Array;
      try {
        result = decoded(damaged, packedText.length);
      } catch (error) {
        if (error instanceof ImageError) continue;
        throw error;
      }
      expectBytes(result, packedText);
    }
  });

  it("ends at a run that is longer than a block, however long it says it is", () => {
    // A run's digits weigh 1, 2, 4 ...; forty of them would overflow a count of 32 bits.
    const bits: number[] = [];
    const put = (value: number, count: number): void => {
      for (let bit = count - 1; bit >= 0; bit -= 1) bits.push(Math.floor(value / 2 ** bit) % 2);
    };
    for (const character of "BZh9") put(character.charCodeAt(0), 8);
    put(0x314159265359, 48);
    put(0, 32 + 1 + 24);
    // One byte occurs; two codes for three symbols, all of them two bits long; one selector.
    put(0x8000, 16);
    put(0x8000, 16);
    put(2, 3);
    put(1, 15);
    put(0, 1);
    for (let code = 0; code < 2; code += 1) {
      put(2, 5);
      put(0, 3);
    }
    put(0, 2 * 40);
    put(2, 2);
    const bytes = Uint8Array.from({ length: Math.ceil(bits.length / 8) + 8 }, (_, at) =>
      Number.parseInt((bits.slice(at * 8, at * 8 + 8).join("") + "00000000").slice(0, 8), 2),
    );
    const error = thrownBy(() => decoded(bytes, 512));
    expect(error.message).toContain("more than it may");
  });
});

describeWith("bzip2", () => {
  it(`reads what the tool writes (seed ${runSeed})`, () => {
    const chance = random(runSeed);
    const { bytes } = patternDisk(chance, 400_000);
    for (const content of [
      new Uint8Array(0),
      Uint8Array.of(7),
      new Uint8Array(1024).fill(3),
      bytes,
    ])
      for (const level of ["-1", "-9"])
        expectBytes(decoded(packWith("bzip2", [level], content), content.length), content);
  });
});

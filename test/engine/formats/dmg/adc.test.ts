import { describe, expect, it } from "vitest";
import { decodeAdc } from "../../../../electron/engine/formats/dmg/adc";
import { random, runSeed } from "../../../helpers/seed";
import { encodeAdc, filled, imageErrorOf } from "./handmade";

function decoded(stream: readonly number[], length: number): number[] {
  const into = new Uint8Array(length);
  decodeAdc(Uint8Array.from(stream), into);
  return [...into];
}

describe("Apple Data Compression", () => {
  it("has bytes as they are and matches of two sizes", () => {
    const plain = [0x82, 1, 2, 3];
    expect(decoded(plain, 3)).toEqual([1, 2, 3]);
    // Three bytes from three back, and five from two back, over themselves.
    expect(decoded([...plain, 0x00, 0x02], 6)).toEqual([1, 2, 3, 1, 2, 3]);
    expect(decoded([...plain, 0x08, 0x01], 8)).toEqual([1, 2, 3, 2, 3, 2, 3, 2]);
    expect(decoded([...plain, 0x41, 0x00, 0x00], 8)).toEqual([1, 2, 3, 3, 3, 3, 3, 3]);
  });

  it("reaches back 1024 and 65536 bytes", () => {
    const head = Array.from({ length: 512 }, (_, n) => [
      0xff,
      ...filled(128, (n % 250) + 1),
    ]).flat();
    const all = decoded([...head, 0x03, 0xff, 0x40, 0xff, 0xff], 65543);
    expect(all.slice(65536, 65539)).toEqual(all.slice(64512, 64515));
    expect(all.slice(65539)).toEqual(all.slice(3, 7));
  });

  it("passes over what follows", () => {
    expect(decoded([0x80, 9, 0x55, 0x66], 1)).toEqual([9]);
    expect(decoded([], 0)).toEqual([]);
  });

  it.each([
    ["cut off before a piece", [0x80, 1], 2],
    ["cut off in bytes as they are", [0x83, 1, 2], 4],
    ["cut off in a short match", [0x80, 1, 0x00], 4],
    ["cut off in a long match", [0x80, 1, 0x40, 0x00], 5],
    ["longer in bytes as they are", [0x81, 1, 2], 1],
    ["longer in a match", [0x80, 1, 0x00, 0x00], 3],
    ["pointing before its beginning", [0x80, 1, 0x00, 0x01], 4],
    ["empty", [], 1],
  ])("is damaged when it is %s", (_, stream, length) => {
    expect(imageErrorOf(() => decoded(stream, length)).code).toBe("corrupt-data");
  });

  it(`decodes what was encoded, and damage never does more than fail (seed ${runSeed})`, () => {
    const chance = random(runSeed);
    const bytes = new Uint8Array(20_000);
    for (let at = 0; at < bytes.length;) {
      const end = Math.min(bytes.length, at + chance.between(1, 200));
      if (chance.chance(0.5)) chance.fill(bytes.subarray(at, end));
      at = end;
    }
    const stream = encodeAdc(bytes);
    expect(stream.length).toBeLessThan(bytes.length);
    expect(decoded([...stream], bytes.length)).toEqual([...bytes]);
    let refused = 0;
    for (let turn = 0; turn < 300; turn += 1) {
      const damaged = [...stream];
      damaged[chance.between(0, stream.length)] = chance.between(0, 256);
      try {
        decoded(damaged, bytes.length);
      } catch (error) {
        expect(error).toMatchObject({ code: "corrupt-data" });
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(0);
  });
});

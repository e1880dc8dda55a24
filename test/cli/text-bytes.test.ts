import { describe, expect, it } from "vitest";
import { putDecimal, putHex, putText } from "../../electron/cli/text-bytes";
import { random, runSeed } from "../helpers/seed";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (buffer: Uint8Array, end: number): string =>
  Buffer.from(buffer.subarray(0, end)).toString("latin1");

/** Numbers around every power of ten and two, and others of every length. */
function numbers(): number[] {
  const from = random(runSeed);
  const edges = Array.from({ length: 54 }, (_, power) => [10 ** Math.min(power, 15), 2 ** power]);
  const random53 = Array.from({ length: 500 }, () =>
    Math.floor(from.between(0, 2 ** 31) * 2 ** from.between(-30, 22)),
  );
  const around = edges.flat().flatMap((edge) => [edge - 1, edge, edge + 1]);
  return [...around, ...random53].filter(Number.isSafeInteger);
}

describe(`text made byte by byte, seed ${runSeed}`, () => {
  it("writes numbers as JavaScript does", () => {
    for (const value of numbers()) {
      const buffer = new Uint8Array(16);
      expect(textOf(buffer, putDecimal(buffer, 0, value))).toBe(String(value));
      const hex = value === 0 ? "0" : `0x${value.toString(16)}`;
      expect(textOf(buffer, putHex(buffer, 0, value, 12))).toBe(hex.padEnd(12));
    }
  });

  it("goes on where the last ended", () => {
    const buffer = new Uint8Array(40);
    const end = putHex(
      buffer,
      putText(buffer, putDecimal(buffer, 0, 65_536), encode(" at ")),
      255,
      8,
    );
    expect(textOf(buffer, end)).toBe("65536 at 0xff    ");
    expect(buffer.subarray(end).every((byte) => byte === 0)).toBe(true);
  });
});

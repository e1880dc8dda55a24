import { describe, expect, it } from "vitest";
import { createTextBytes, type TextBytes } from "../../electron/cli/text-bytes";
import { random, runSeed } from "../helpers/seed";

/** What is written when `make` is done, piece by piece. */
function written(make: (text: TextBytes) => void): string[] {
  const pieces: string[] = [];
  const text = createTextBytes((bytes) => pieces.push(Buffer.from(bytes).toString("latin1")));
  make(text);
  text.flush();
  return pieces;
}

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
      expect(written((text) => text.putDecimal(value))).toEqual([String(value)]);
      const hex = value === 0 ? "0" : `0x${value.toString(16)}`;
      expect(written((text) => text.putHex(value, 12))).toEqual([hex.padEnd(12)]);
    }
  });

  it("writes on before its memory is full, and loses nothing", () => {
    const line = new TextEncoder().encode("line ");
    const pieces = written((text) => {
      for (let index = 0; index < 100_000; index += 1) {
        text.put(line);
        text.putDecimal(index);
        text.putHex(index, 8);
      }
    });
    expect(pieces.length).toBeGreaterThan(1);
    const expected = Array.from(
      { length: 100_000 },
      (_, index) => `line ${index}${(index === 0 ? "0" : `0x${index.toString(16)}`).padEnd(8)}`,
    );
    expect(pieces.join("") === expected.join("")).toBe(true);
  });
});

import { describe, expect, it } from "vitest";
import { createPace } from "../../electron/cli/pace";

/** Milliseconds that work of `total` bytes takes which is done in pieces and waits as it is told. */
function time(rate: number | undefined, total: number, piece: number): number {
  const pace = createPace(rate);
  let now = 1000;
  for (let done = piece; done <= total; done += piece) now += pace.owed(done, now);
  return now - 1000;
}

describe("a rate limit", () => {
  it("lets through so many bytes a second, whatever the size of the pieces", () => {
    for (const piece of [512, 65536, 2 ** 20]) {
      expect(time(2 ** 20, 10 * 2 ** 20, piece)).toBeGreaterThan(9_800);
      expect(time(2 ** 20, 10 * 2 ** 20, piece)).toBeLessThanOrEqual(10_000);
    }
  });

  it("does not let idle time be made up for", () => {
    const pace = createPace(1000);
    expect(pace.owed(0, 0)).toBe(0);
    // An hour later a tenth of a second's bytes are free, and no more.
    expect(pace.owed(1100, 3_600_000)).toBe(1000);
  });

  it("is none when there is none", () => {
    expect(time(undefined, 2 ** 30, 2 ** 20)).toBe(0);
    expect(time(0, 2 ** 30, 2 ** 20)).toBe(0);
  });
});

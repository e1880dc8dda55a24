import { describe, expect, it } from "vitest";
import { ticksFor } from "../../renderer/features/speed/ticks";
import { random, runSeed } from "../helpers/seed";

const GiB = 2 ** 30;

describe("the marks of an axis", () => {
  it.each([
    [18.2 * GiB, GiB, [0, 5, 10, 15, 20]],
    [1.3 * GiB, GiB, [0, 0.5, 1, 1.5]],
    [20 * GiB, GiB, [0, 5, 10, 15, 20]],
    [289_922, 1, [0, 100_000, 200_000, 300_000]],
    [1, 1, [0, 0.5, 1]],
  ])("up to %d in %d are round", (most, unit, expected) => {
    expect(ticksFor(most, unit).map((tick) => Number((tick / unit).toFixed(9)))).toEqual(expected);
  });

  it(`are few, alike far apart, and reach past what is shown (seed ${runSeed})`, () => {
    const r = random(runSeed);
    for (let round = 0; round < 300; round += 1) {
      const most = r.between(1, 2 ** 31) * 2 ** r.between(0, 20);
      const unit = 1024 ** r.between(0, 3);
      const ticks = ticksFor(most, unit);
      expect(ticks.length, `${most} in ${unit}`).toBeLessThanOrEqual(6);
      expect(ticks.length).toBeGreaterThanOrEqual(3);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(most * 0.99);
    }
  });
});

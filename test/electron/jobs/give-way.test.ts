import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createGiveWay } from "../../../electron/jobs/give-way";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("giving way to an input", () => {
  it("holds the jobs still until the page has answered the last one", () => {
    const told: boolean[] = [];
    const giveWay = createGiveWay((still) => told.push(still));
    giveWay();
    vi.advanceTimersByTime(100);
    giveWay();
    vi.advanceTimersByTime(100);
    expect(told).toEqual([true]);
    vi.advanceTimersByTime(100);
    expect(told).toEqual([true, false]);
    giveWay();
    expect(told).toEqual([true, false, true]);
  });

  /** Milliseconds of stillness in each second of an input every so many milliseconds. */
  function stillness({ every, seconds }: { every: number; seconds: number }): number[] {
    let still = false;
    const giveWay = createGiveWay((now) => (still = now));
    return Array.from({ length: seconds }, (_, second) => {
      let sum = 0;
      for (let at = 0; at < 1000; at++) {
        if ((second * 1000 + at) % every === 0) giveWay();
        if (still) sum += 1;
        vi.advanceTimersByTime(1);
      }
      return sum;
    });
  }

  it("lets the jobs go on for two of six seconds while a key is held down", () => {
    expect(stillness({ every: 30, seconds: 12 }).map((one) => Math.round(one / 100))).toEqual([
      10, 10, 10, 10, 0, 0, 10, 10, 10, 10, 0, 0,
    ]);
  });

  it("lets them go on while somebody types as fast as the page answers", () => {
    const all = stillness({ every: 125, seconds: 60 });
    expect(all.reduce((sum, each) => sum + each)).toBeLessThan(60_000 * 0.7);
  });

  it("holds them still for each of many clicks that leave them their time", () => {
    expect(stillness({ every: 250, seconds: 30 })).toEqual(Array.from({ length: 30 }, () => 480));
  });
});

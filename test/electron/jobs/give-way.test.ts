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
});

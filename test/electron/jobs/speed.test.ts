import { describe, expect, it } from "vitest";
import { createSpeedMeter, secondsLeft } from "../../../electron/jobs/speed";

describe("speed", () => {
  it("is unknown in the first second", () => {
    const meter = createSpeedMeter();
    expect(meter.note(0, 0)).toBeUndefined();
    expect(meter.note(500, 500)).toBeUndefined();
    expect(meter.note(1000, 1000)).toBe(1000);
  });

  it("is that of the last four seconds", () => {
    const meter = createSpeedMeter();
    let done = 0;
    let speed: number | undefined;
    for (let now = 0; now <= 10_000; now += 100) {
      speed = meter.note(done, now);
      done += 50;
    }
    expect(speed).toBeCloseTo(500);
    // The job stalls: four seconds later nothing of its past counts any more.
    for (let now = 10_100; now <= 14_500; now += 100) speed = meter.note(done, now);
    expect(speed).toBe(0);
  });

  it("changes by little when one report is late", () => {
    const meter = createSpeedMeter();
    for (let now = 0; now <= 4000; now += 100) meter.note(now * 10, now);
    expect(meter.note(47_000, 4500)).toBeGreaterThan(9000);
  });
});

describe("time left", () => {
  it("is what remains at this speed", () => {
    expect(secondsLeft(250, 1000, 50)).toBe(15);
    expect(secondsLeft(1001, 1000, 50)).toBe(0);
  });

  it("is unknown without a speed or a total", () => {
    expect(secondsLeft(0, 1000, undefined)).toBeUndefined();
    expect(secondsLeft(0, 1000, 0)).toBeUndefined();
    expect(secondsLeft(0, 0, 50)).toBeUndefined();
  });
});

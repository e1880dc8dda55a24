import { describe, expect, it } from "vitest";
import { createRunClock } from "../../../electron/jobs/run-clock";
import { createSpeedMeter, secondsLeft, type Pace } from "../../../electron/jobs/speed";

describe("speed", () => {
  it("is unknown in the first second", () => {
    const meter = createSpeedMeter();
    expect(meter.note(0, 0)).toEqual({});
    expect(meter.note(500, 500)).toEqual({});
    expect(meter.note(1000, 1000)).toEqual({ speed: 1000, steady: 1000 });
  });

  it("is that of the last four seconds", () => {
    const meter = createSpeedMeter();
    let done = 0;
    let speed: number | undefined;
    for (let now = 0; now <= 10_000; now += 100) {
      speed = meter.note(done, now).speed;
      done += 50;
    }
    expect(speed).toBeCloseTo(500);
    // The job stalls: four seconds later nothing of its past counts any more.
    for (let now = 10_100; now <= 14_500; now += 100) speed = meter.note(done, now).speed;
    expect(speed).toBe(0);
  });

  it("changes by little when one report is late", () => {
    const meter = createSpeedMeter();
    for (let now = 0; now <= 4000; now += 100) meter.note(now * 10, now);
    expect(meter.note(47_000, 4500).speed).toBeGreaterThan(9000);
  });

  it("foretells from half a minute, so that a stall does not make the time left jump", () => {
    const meter = createSpeedMeter();
    for (let now = 0; now <= 60_000; now += 100) meter.note(now * 10, now);
    let pace = meter.note(600_000, 60_000);
    for (let now = 60_100; now <= 63_000; now += 100) pace = meter.note(600_000, now);
    expect(pace.speed).toBeLessThan(3000);
    expect(pace.steady).toBeGreaterThan(8900);
    for (let now = 63_100; now <= 95_000; now += 100) pace = meter.note(600_000, now);
    expect(pace.steady).toBe(0);
  });
});

describe("a clock that jumps, as when the laptop was suspended", () => {
  const RATE = 10_000;

  /** A job of RATE bytes a second that ran ten seconds; then the clock jumps, and it runs on. */
  function paceAfter(jump: number, seconds: number) {
    const meter = createSpeedMeter();
    let done = 0;
    let now = 0;
    const all: Pace[] = [];
    const run = (milliseconds: number): void => {
      for (const end = now + milliseconds; now < end; now += 100, done += RATE / 10)
        all.push(meter.note(done, now));
    };
    run(10_000);
    now += jump;
    run(seconds * 1000);
    return all;
  }

  it.each([3600_000, 60_000, -5000, -3600_000])("by %i ms never shows in the speed", (jump) => {
    const paces = paceAfter(jump, 40);
    for (const { speed = RATE, steady = RATE } of paces) {
      expect(speed).toBeCloseTo(RATE);
      expect(steady).toBeCloseTo(RATE);
    }
    // It is unknown for a second at the beginning and after the jump, and known at all other times.
    const known = paces.flatMap(({ steady = [] }) => steady);
    expect(paces.length - known.length).toBe(20);
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

describe("the clock of a job", () => {
  it("stands still while it is stopped", () => {
    const clock = createRunClock();
    expect(clock.elapsed(500)).toBe(0);
    clock.start(1000);
    clock.start(1200);
    expect(clock.elapsed(1500)).toBe(500);
    clock.stop(2000);
    clock.stop(3000);
    expect(clock.elapsed(9000)).toBe(1000);
    clock.start(10_000);
    expect(clock.elapsed(10_500)).toBe(1500);
  });

  it("never goes back when the time does", () => {
    const clock = createRunClock();
    clock.start(5000);
    expect(clock.elapsed(6000)).toBe(1000);
    expect(clock.elapsed(3000)).toBe(0);
    clock.stop(3000);
    expect(clock.elapsed(9000)).toBe(0);
  });
});

import { describe, expect, it } from "vitest";
import { memorySource, memoryTarget } from "../../../electron/engine/io/memory";
import { sliceSource } from "../../../electron/engine/io/slice";
import type { ByteSource } from "../../../electron/engine/io/source";
import { expectBytes, pattern, readAt, runsOf } from "./target-suite";
import { thrownBy } from "./thrown";

describe("a slice of a source", () => {
  it("reads its own bytes and no others", () => {
    const slice = sliceSource(memorySource(pattern(100), "whole"), 30, 20);
    expect(slice).toMatchObject({ name: "whole", size: 20 });
    expectBytes(readAt(slice, 0, 20), pattern(100).subarray(30, 50));
    expectBytes(readAt(slice, 5, 3), pattern(100).subarray(35, 38));
    for (const [at, length] of [
      [15, 6],
      [20, 1],
      [-1, 5],
      [1000, 1],
    ] as const) {
      expect(thrownBy(() => readAt(slice, at, length))).toMatchObject({ code: "truncated", at });
    }
  });

  it("may reach past the end of what it is cut from", () => {
    const slice = sliceSource(memorySource(pattern(100)), 90, 20);
    expectBytes(readAt(slice, 0, 10), pattern(100).subarray(90));
    expect(thrownBy(() => readAt(slice, 0, 11))).toMatchObject({ code: "truncated", found: 10 });
  });

  it("says where its bytes lie in the open file", () => {
    const whole: ByteSource = {
      ...memorySource(pattern(100)),
      identity: "1:2",
      file: { fd: 7, base: 1000 },
    };
    const slice = sliceSource(sliceSource(whole, 10, 50), 5, 20, "inner");
    expect(slice).toMatchObject({ name: "inner", identity: "1:2", file: { fd: 7, base: 1015 } });
    expect(sliceSource(memorySource(pattern(9)), 0, 9)).not.toHaveProperty("file");
  });

  it("tells holes within its bounds, when the source can", () => {
    const page = 65_536;
    const target = memoryTarget();
    target.write(2 * page, pattern(page));
    target.truncate(8 * page);
    const slice = sliceSource(target, page, 3 * page + 5);
    expect(runsOf(slice)).toEqual([
      { at: 0, length: page, hole: true },
      { at: page, length: page, hole: false },
      { at: 2 * page, length: page + 5, hole: true },
    ]);
    expect(slice.hostRun?.(2 * page, 100 * page)).toEqual({ length: page + 5, hole: true });
    expect(slice.hostRun?.(4 * page, 9)).toEqual({ length: 9, hole: false });
    expect(sliceSource(memorySource(pattern(9)), 0, 9)).not.toHaveProperty("hostRun");
  });

  it("closes what it is cut from", () => {
    let closed = 0;
    const whole: ByteSource = { ...memorySource(pattern(9)), close: () => (closed += 1) };
    sliceSource(whole, 1, 2).close();
    expect(closed).toBe(1);
  });

  it.each([
    [-1, 5],
    [0, -5],
    [0.5, 5],
    [0, NaN],
    [2 ** 53, 1],
    [1, Number.MAX_SAFE_INTEGER],
  ])("refuses a slice at %d of %d bytes", (at, length) => {
    const error = thrownBy(() => sliceSource(memorySource(pattern(9)), at, length));
    expect(error.code).toBe("invalid-argument");
  });
});

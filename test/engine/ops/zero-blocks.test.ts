import { describe, expect, it } from "vitest";
import { createCopyBuffer, STEP } from "../../../electron/engine/ops/copy-buffer";
import { nonZeroRuns } from "../../../electron/engine/ops/zero-blocks";

describe("nonZeroRuns", () => {
  const buffer = createCopyBuffer();

  function runsWith(places: readonly number[], length: number, block: number) {
    buffer.bytes.fill(0);
    for (const at of places) buffer.bytes[at] = 1;
    return nonZeroRuns(buffer, length, block);
  }

  it("finds nothing in zeros, whatever lies behind them", () => {
    expect(runsWith([], STEP, 4096)).toEqual([]);
    expect(runsWith([8192], 8192, 4096)).toEqual([]);
    expect(runsWith([], 0, 4096)).toEqual([]);
  });

  it("finds a single byte at either end of a block", () => {
    for (const at of [0, 1, 3, 4, 4095]) {
      expect(runsWith([4096 + at], STEP, 4096)).toEqual([{ from: 1, to: 2 }]);
    }
    expect(runsWith([STEP - 1], STEP, 512)).toEqual([{ from: STEP / 512 - 1, to: STEP / 512 }]);
  });

  it("joins neighbours, and keeps what zeros part", () => {
    expect(runsWith([0, 512, 1535, 2048 + 7], 4096, 512)).toEqual([
      { from: 0, to: 3 },
      { from: 4, to: 5 },
    ]);
  });

  it("looks at a last block that is not whole", () => {
    expect(runsWith([8193], 8194, 4096)).toEqual([{ from: 2, to: 3 }]);
    expect(runsWith([8194], 8194, 4096)).toEqual([]);
    expect(runsWith([8193], 8193, 4096)).toEqual([]);
  });

  it("begins on a memory page", () => {
    expect(buffer.bytes.byteOffset % 4096).toBe(0);
    expect(buffer.bytes.buffer).toBe(buffer.words.buffer);
    expect(buffer.zeros.every((byte) => byte === 0)).toBe(true);
  });
});

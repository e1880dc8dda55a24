import { describe, expect, it } from "vitest";
import { hostBytes } from "../../../electron/engine/io/host-blocks";

describe("host blocks", () => {
  it.each([
    ["nothing", [], 0],
    ["a range of no bytes", [[5000, 5000]], 0],
    ["one byte", [[5000, 5001]], 4096],
    ["whole blocks", [[4096, 12_288]], 8192],
    [
      "two ranges in one block",
      [
        [0, 10],
        [4000, 4096],
      ],
      4096,
    ],
    [
      "ranges that share a block",
      [
        [0, 5000],
        [6000, 9000],
      ],
      12_288,
    ],
    [
      "ranges with a hole between",
      [
        [0, 1],
        [8192, 8193],
        [2 ** 40, 2 ** 40 + 1],
      ],
      12_288,
    ],
  ] as const)("for %s", (_what, ranges, bytes) => {
    expect(hostBytes(ranges)).toBe(bytes);
  });
});

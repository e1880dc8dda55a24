import { describe, expect, it } from "vitest";
import { parseOffset } from "../../renderer/text/parse-offset";

const size = 2 ** 53 - 1;

describe("an offset that somebody types", () => {
  it.each([
    ["0", 0],
    ["32256", 32_256],
    [" 32 256 ", 32_256],
    ["4096 bytes", 4096],
    ["0x7E00", 0x7e00],
    ["7e00h", 0x7e00],
    ["0x1_0000_0000", 2 ** 32],
    ["1.5 GiB", 1.5 * 2 ** 30],
    ["64k", 65_536],
    ["2 TB", 2 ** 41],
    ["sector 2048", 2 ** 20],
    ["s63", 63 * 512],
    ["LBA 0x10", 8192],
    ["end", size - 1],
    ["+512", 1512],
    ["- 0x10", 984],
    ["+ sector 1", 1512],
  ])("%s", (text, at) => {
    expect(parseOffset(text, size, 1000)).toBe(at);
  });

  it.each([
    "",
    "x",
    "0x",
    "12 apples",
    "-1001",
    "1.5",
    "0.3 KiB",
    "9 PiB",
    "sector",
    "1e3",
    "end 5",
  ])("%s is none", (text) => {
    expect(parseOffset(text, size, 1000)).toBeUndefined();
  });

  it("lies in the disk", () => {
    expect(parseOffset("511", 512, 0)).toBe(511);
    expect(parseOffset("512", 512, 0)).toBeUndefined();
    expect(parseOffset("100%", 512, 0)).toBe(511);
    expect(parseOffset("50 %", 512, 0)).toBe(256);
    expect(parseOffset("end", 0, 0)).toBeUndefined();
  });
});

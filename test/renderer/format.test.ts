import { random, runSeed } from "../helpers/seed";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  formatBytes,
  formatDate,
  formatOffset,
  formatProgress,
  formatRoundSize,
  formatShare,
  formatSize,
  formatSpeed,
  setFormatLocale,
  setFormatUnits,
  splitDuration,
} from "../../renderer/text/format";

const KiB = 1024;
const GiB = 1024 ** 3;

afterEach(() => setFormatLocale("en"));

describe("sizes", () => {
  it.each([
    [0, "0\u00a0B"],
    [1, "1\u00a0B"],
    [512, "512\u00a0B"],
    [1023, "1,023\u00a0B"],
    [1024, "1.0\u00a0KiB"],
    [1536, "1.5\u00a0KiB"],
    [1024 * KiB - 1, "1.0\u00a0MiB"],
    [999.94 * KiB, "999.9\u00a0KiB"],
    [999.96 * KiB, "1.0\u00a0MiB"],
    [1014 * KiB * KiB, "1.0\u00a0GiB"],
    [40 * GiB, "40.0\u00a0GiB"],
    [6_227_702_579, "5.8\u00a0GiB"],
    [2 ** 53 - 1, "8.0\u00a0PiB"],
  ])("%d bytes are %s", (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });

  it.each([
    [512, "512\u00a0B"],
    [64 * KiB, "64\u00a0KiB"],
    [2 * KiB * KiB, "2\u00a0MiB"],
    [1536, "1.5\u00a0KiB"],
    [1000 * KiB, "1,000\u00a0KiB"],
    [1023.5 * KiB, "1,023.5\u00a0KiB"],
    [1023.96 * KiB, "1\u00a0MiB"],
  ])("%d bytes of a cluster are %s", (bytes, text) => {
    expect(formatRoundSize(bytes)).toBe(text);
  });

  // By whole numbers alone: the tenths of a unit that are nearest to so many bytes.
  it(`are 999.9 of a unit at most, to the nearest tenth (seed ${runSeed})`, () => {
    const names = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    const { between } = random(runSeed);
    const edges = names.flatMap((_name, unit) =>
      [999.94, 999.95, 999.96, 1000, 1023.94, 1023.95, 1023.96, 1024].flatMap((count) =>
        [-1, 0, 1].map((more) => Math.round(count * 1024 ** unit) + more),
      ),
    );
    const anywhere = Array.from({ length: 2000 }, () => between(0, 2 ** 32) * 2 ** between(0, 21));
    for (const bytes of [...edges, ...anywhere].filter(Number.isSafeInteger)) {
      const text = formatSize(bytes);
      const [, whole = "", tenth = "0", name = ""] =
        /^([\d,]+)(?:\.(\d))?\u00a0(\w+)$/.exec(text) ?? [];
      const told = `${bytes} bytes are ${text}`;
      const one = 1024n ** BigInt(names.indexOf(name));
      const tenths = BigInt(whole.replaceAll(",", "")) * 10n + BigInt(tenth);
      // Twice the distance, in tenths of a unit, is at most one.
      const off = BigInt(bytes) * 20n - tenths * 2n * one;
      expect(off <= one && off >= -one, told).toBe(true);
      expect(name === "B" ? tenths < 10240n : tenths >= 10n && tenths < 10000n, told).toBe(true);
    }
  });

  it("keep the unit of the whole in a progress", () => {
    expect(formatProgress(26.4 * GiB, 42.6 * GiB)).toEqual({
      done: "26.4",
      total: "42.6\u00a0GiB",
    });
    expect(formatProgress(KiB, 10 * GiB)).toEqual({ done: "0.0", total: "10.0\u00a0GiB" });
    expect(formatProgress(0, 512)).toEqual({ done: "0", total: "512\u00a0B" });
  });

  it("tell exact bytes with separators", () => {
    expect(formatBytes(6_227_702_579)).toBe("6,227,702,579 bytes");
    expect(formatBytes(1)).toBe("1 byte");
  });

  it("follow the chosen language", () => {
    setFormatLocale("de");
    expect(formatSize(5.8 * GiB)).toBe("5,8\u00a0GiB");
    expect(formatBytes(1_000_000)).toBe("1.000.000 Byte");
    setFormatLocale("zh-CN");
    expect(formatBytes(1_000_000)).toBe("1,000,000 字节");
  });

  it("make a speed", () => {
    expect(formatSpeed(1.1 * GiB)).toBe("1.1\u00a0GiB/s");
  });
});

describe("sizes in decimal units", () => {
  beforeEach(() => setFormatUnits("decimal"));
  afterEach(() => setFormatUnits("binary"));

  it.each([
    [0, "0\u00a0B"],
    [999, "999\u00a0B"],
    [1000, "1.0\u00a0kB"],
    [1024, "1.0\u00a0kB"],
    [999_940, "999.9\u00a0kB"],
    [999_950, "1.0\u00a0MB"],
    [40 * GiB, "42.9\u00a0GB"],
    [6_227_702_579, "6.2\u00a0GB"],
    [2 ** 53 - 1, "9.0\u00a0PB"],
  ])("%d bytes are %s", (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });

  it("hold for every way of writing one", () => {
    expect(formatRoundSize(64 * KiB)).toBe("65.5\u00a0kB");
    expect(formatRoundSize(2_000_000)).toBe("2\u00a0MB");
    expect(formatProgress(26.4e9, 42.6e9)).toEqual({ done: "26.4", total: "42.6\u00a0GB" });
    expect(formatSpeed(1.1e9)).toBe("1.1\u00a0GB/s");
    expect(formatBytes(1024)).toBe("1,024 bytes");
  });
});

describe("shares", () => {
  it.each([
    [0, 100, "0%"],
    [1, 100_000, "<0.1%"],
    [3, 1000, "0.3%"],
    [145, 1000, "15%"],
    [9999, 10_000, "99.9%"],
    [100, 100, "100%"],
    [150, 100, "150%"],
    [5, 0, "0%"],
  ])("%d of %d is %s", (part, whole, text) => {
    expect(formatShare(part, whole)).toBe(text);
  });
});

describe("times", () => {
  it.each([
    [-1, { unit: "seconds", seconds: 0 }],
    [14.2, { unit: "seconds", seconds: 15 }],
    [59.5, { unit: "minutes", minutes: 1, seconds: 0 }],
    [125, { unit: "minutes", minutes: 2, seconds: 5 }],
    [3 * 3600 + 61, { unit: "hours", hours: 3, minutes: 1 }],
  ])("%d seconds left", (seconds, parts) => {
    expect(splitDuration(seconds)).toEqual(parts);
  });

  it("writes a date in the given time zone", () => {
    expect(formatDate(1_791_707_400, "UTC")).toMatch(/^Oct 11, 2026, 8:30\sAM$/u);
  });
});

it("writes offsets in hexadecimal", () => {
  expect(formatOffset(0x1f0000)).toBe("0x1f0000");
});

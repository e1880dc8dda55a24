import { describe, expect, it } from "vitest";
import { humanSize, parseSize, sizeArgument } from "../../electron/cli/sizes";

describe("parseSize", () => {
  it.each([
    ["1", 1n],
    ["1b", 1n],
    ["1K", 1024n],
    ["1.5k", 1536n],
    ["0.1k", 102n],
    ["0.0005k", 1n],
    ["0.0004k", 0n],
    ["1.", 1n],
    ["1.0b", 1n],
    ["1.k", 1024n],
    ["010", 10n],
    [" 5", 5n],
    ["+5", 5n],
    ["0x10", 16n],
    ["0X10", 16n],
    ["+0x10", 16n],
    ["0x10E", 270n],
    ["0x10B", 267n],
    ["1.99999999999999999999k", 1024n],
    ["0.1E", 115292150460684704n],
    ["0.7T", 769658139443n],
    ["0.123456789P", 138999987234189n],
    ["7.9999999E", 9223371921562625408n],
    ["9223372036854775807", 2n ** 63n - 1n],
    ["18446744073709551615", 2n ** 64n - 1n],
  ])("reads %j as qemu-img does", (text, bytes) => {
    expect(parseSize(text)).toEqual({ bytes });
  });

  it.each(["", "k", "1kB", "1KiB", "1.5", "1.5b", ".5k", "0x1.8k", "5 ", "1 k", "1e3", "1.5e1k"])(
    "refuses %j",
    (text) => {
      expect(parseSize(text)).toEqual({ fault: "syntax" });
    },
  );

  it.each(["1kk", "inf", "0x", "1,5k", "-5", "1.5.5k", "00x10", "+ 5"])("refuses %j", (text) => {
    expect(parseSize(text)).toEqual({ fault: "syntax" });
  });

  it.each(["16E", "18446744073709551616", "99999999999999999999"])("finds %j too large", (text) => {
    expect(parseSize(text)).toEqual({ fault: "range" });
  });
});

describe("sizeArgument", () => {
  it("ends at 2^63 - 1", () => {
    expect(sizeArgument("image size", "9223372036854775807")).toBe(2n ** 63n - 1n);
    expect(() => sizeArgument("image size", "8E")).toThrow(
      "Invalid image size specified. Must be between 0 and 9223372036854775807.",
    );
  });
});

describe("humanSize", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "0.977 KiB"],
    [1024, "1 KiB"],
    [200704, "196 KiB"],
    [1000448, "977 KiB"],
    [1023488, "1e+03 KiB"],
    [1024000, "0.977 MiB"],
    // Halves go to the even digit.
    [1179648, "1.12 MiB"],
    [1441792, "1.38 MiB"],
    [10747904, "10.2 MiB"],
    [11272192, "10.8 MiB"],
    [105381888, "100 MiB"],
    [1072693248, "0.999 GiB"],
    [10737418240, "10 GiB"],
    [2 ** 52, "4 PiB"],
  ])("writes %d bytes as qemu-img does", (bytes, text) => {
    expect(humanSize(bytes)).toBe(text);
  });
});

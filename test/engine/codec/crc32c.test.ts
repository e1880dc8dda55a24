import { describe, expect, it } from "vitest";
import { crc32c } from "../../../electron/engine/codec/crc32c";

const bytes = (length: number, value: (at: number) => number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => value(at));

describe("crc32c", () => {
  // RFC 3720, B.4.
  it.each([
    ["32 zeros", bytes(32, () => 0), 0x8a9136aa],
    ["32 ones", bytes(32, () => 0xff), 0x62a8ab43],
    ["32 counting up", bytes(32, (at) => at), 0x46dd794e],
    ["32 counting down", bytes(32, (at) => 31 - at), 0x113fdb5c],
    ["the check value", new TextEncoder().encode("123456789"), 0xe3069283],
    ["nothing", new Uint8Array(0), 0],
  ])("of %s", (_, input, expected) => {
    expect(crc32c(input)).toBe(expected);
  });

  it("goes on where it was left", () => {
    const whole = bytes(1000, (at) => (at * 7) & 0xff);
    for (const cut of [0, 1, 2, 3, 4, 5, 511, 997, 999, 1000])
      expect(crc32c(whole.subarray(cut), crc32c(whole.subarray(0, cut)))).toBe(crc32c(whole));
  });
});

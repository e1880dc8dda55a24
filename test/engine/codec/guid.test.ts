import { describe, expect, it } from "vitest";
import { guidBytes, guidText, newGuid, nilGuid } from "../../../electron/engine/codec/guid";

describe("a GUID", () => {
  it("has its first three fields little-endian", () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, at) => at);
    expect(guidText(bytes)).toBe("03020100-0504-0706-0809-0a0b0c0d0e0f");
    expect(guidBytes("03020100-0504-0706-0809-0A0B0C0D0E0F")).toEqual(bytes);
  });

  it.each(["", "03020100", "{03020100-0504-0706-0809-0a0b0c0d0e0f}", "x".repeat(36)])(
    "is not '%s'",
    (text) => {
      expect(() => guidBytes(text)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
    },
  );

  it("is fresh each time, of version 4", () => {
    const texts = Array.from({ length: 100 }, () => guidText(newGuid()));
    expect(new Set(texts).size).toBe(100);
    for (const text of texts) expect(text).toMatch(/^.{8}-.{4}-4.{3}-[89ab].{3}-.{12}$/);
    expect(nilGuid).toBe("00000000-0000-0000-0000-000000000000");
  });
});

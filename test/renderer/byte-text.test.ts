import { describe, expect, it } from "vitest";
import { bytesAsHex, bytesAsText, byteAsText, parseHex } from "../../renderer/text/byte-text";

describe("bytes as text", () => {
  it("are ASCII in a column of single bytes", () => {
    expect([0, 0x1f, 0x20, 0x41, 0x7e, 0x7f, 0xff].map(byteAsText)).toEqual([
      ".",
      ".",
      " ",
      "A",
      "~",
      ".",
      ".",
    ]);
  });

  it("are UTF-8 on the clipboard, without what cannot be seen", () => {
    const bytes = new TextEncoder().encode("Đĩa ảo\r\n\tok\0\u001b");
    expect(bytesAsText(bytes)).toBe("Đĩa ảo\r\n\tok..");
    expect(bytesAsText(Uint8Array.of(0x41, 0xff, 0x42))).toBe("A.B");
  });
});

describe("bytes as digits", () => {
  it("are pairs that can be read again", () => {
    const bytes = Uint8Array.of(0, 0x55, 0xaa, 0xff);
    expect(bytesAsHex(bytes)).toBe("00 55 aa ff");
    expect(parseHex(bytesAsHex(bytes))).toEqual(bytes);
  });

  it.each(["55aa", "0x55AA", "55:aa", "0x55, 0xaa", " 55\naa ", "0x55 0xaa"])("%s", (text) => {
    expect(parseHex(text)).toEqual(Uint8Array.of(0x55, 0xaa));
  });

  it.each(["", "5", "55a", "0x", "gg", "55 a a0"])("%s are none", (text) => {
    expect(parseHex(text)).toBeUndefined();
  });
});

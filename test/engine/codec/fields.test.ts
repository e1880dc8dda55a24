import { describe, expect, it } from "vitest";
import { fields, putFields } from "../../../electron/engine/codec/fields";
import { thrownBy } from "../io/thrown";

const counting = Uint8Array.from({ length: 32 }, (_, i) => i);

describe("reading fields", () => {
  it.each([
    ["big", 0x0203, 0x02030405, 0x02030405060708],
    ["little", 0x0302, 0x05040302, 0x08070605040302],
  ] as const)("takes the bytes in %s order", (order, u16, u32, u64) => {
    const bytes = counting.slice();
    bytes[9] = 0;
    const read = fields(bytes, { order });
    expect(read.length).toBe(32);
    expect(read.u8(2)).toBe(2);
    expect(read.u16(2)).toBe(u16);
    expect(read.u32(2)).toBe(u32);
    // Seven bytes, with a zero at the most significant end.
    const seven = Uint8Array.of(2, 3, 4, 5, 6, 7, 8);
    const eight = order === "big" ? [0, ...seven] : [...seven, 0];
    expect(fields(Uint8Array.from(eight), { order }).u64(0)).toBe(u64);
  });

  it("reads a view into a larger buffer", () => {
    const read = fields(counting.subarray(8, 16), { order: "big" });
    expect(read.u16(0)).toBe(0x0809);
    expect([...read.bytes(5, 3)]).toEqual([13, 14, 15]);
    expect(thrownBy(() => read.u8(8)).code).toBe("truncated");
  });

  it("reads unsigned numbers", () => {
    const read = fields(new Uint8Array(8).fill(0xff), { order: "big" });
    expect(read.u8(0)).toBe(0xff);
    expect(read.u16(0)).toBe(0xffff);
    expect(read.u32(0)).toBe(0xffffffff);
    expect(read.bits64(0)).toBe(2n ** 64n - 1n);
  });

  it("reads 64-bit numbers up to 2^53 - 1 and not one more", () => {
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, 2n ** 53n - 1n);
    view.setBigUint64(8, 2n ** 53n);
    const read = fields(bytes, { order: "big", file: "disk.img", base: 512 });
    expect(read.u64(0)).toBe(Number.MAX_SAFE_INTEGER);
    expect(thrownBy(() => read.u64(8))).toMatchObject({
      code: "limit",
      at: 520,
      file: "disk.img",
      found: "0x20000000000000",
    });
    expect(read.bits64(8)).toBe(2n ** 53n);
  });

  it("reads text up to a NUL, and survives what is no UTF-8", () => {
    const bytes = new Uint8Array(new SharedArrayBuffer(16));
    bytes.set(new TextEncoder().encode("đĩa.img"));
    const read = fields(bytes, { order: "big" });
    expect(read.text(0, 16)).toBe("đĩa.img");
    expect(read.text(0, 9)).toBe("đĩa.img");
    expect(read.text(0, 8)).toBe("đĩa.im");
    expect(read.text(10, 6)).toBe("");
    expect(read.text(1, 1)).toBe("\ufffd");
  });

  it.each([
    ["u8", (read: ReturnType<typeof fields>) => read.u8(32), 132, 1, 0],
    ["u16", (read: ReturnType<typeof fields>) => read.u16(31), 131, 2, 1],
    ["u32", (read: ReturnType<typeof fields>) => read.u32(30), 130, 4, 2],
    ["u64", (read: ReturnType<typeof fields>) => read.u64(25), 125, 8, 7],
    ["bits64", (read: ReturnType<typeof fields>) => read.bits64(40), 140, 8, 0],
    ["bytes", (read: ReturnType<typeof fields>) => read.bytes(30, 3), 130, 3, 2],
    ["text", (read: ReturnType<typeof fields>) => read.text(0, 33), 100, 33, 32],
  ] as const)("says where a cut %s is", (_, call, at, expected, found) => {
    const read = fields(counting, { order: "little", file: "disk.img", base: 100 });
    expect(thrownBy(() => call(read))).toMatchObject({
      code: "truncated",
      file: "disk.img",
      at,
      expected,
      found,
    });
  });

  it("refuses offsets and lengths below 0", () => {
    const read = fields(counting, { order: "big" });
    expect(thrownBy(() => read.u8(-1)).code).toBe("truncated");
    expect(thrownBy(() => read.bytes(4, -1)).code).toBe("truncated");
  });
});

describe("writing fields", () => {
  it.each(["big", "little"] as const)("is the reverse of reading, in %s order", (order) => {
    const bytes = new Uint8Array(64);
    const put = putFields(bytes.subarray(8), order);
    put.u8(0, 0xff);
    put.u16(1, 0xfffe);
    put.u32(3, 0xfffffffd);
    put.u64(7, Number.MAX_SAFE_INTEGER);
    put.u64(15, 2n ** 64n - 3n);
    put.bytes(23, counting.subarray(1, 4));
    expect(put.text(26, "đĩa")).toBe(5);
    const read = fields(bytes.subarray(8), { order });
    expect(read.u8(0)).toBe(0xff);
    expect(read.u16(1)).toBe(0xfffe);
    expect(read.u32(3)).toBe(0xfffffffd);
    expect(read.u64(7)).toBe(Number.MAX_SAFE_INTEGER);
    expect(read.bits64(15)).toBe(2n ** 64n - 3n);
    expect([...read.bytes(23, 3)]).toEqual([1, 2, 3]);
    expect(read.text(26, 10)).toBe("đĩa");
    expect([...bytes.subarray(0, 8)]).toEqual(Array.from({ length: 8 }, () => 0));
  });

  it.each([
    ["u8 of 256", (put: ReturnType<typeof putFields>) => put.u8(0, 256)],
    ["u16 of -1", (put: ReturnType<typeof putFields>) => put.u16(0, -1)],
    ["u32 of 2^32", (put: ReturnType<typeof putFields>) => put.u32(0, 2 ** 32)],
    ["u32 of 0.5", (put: ReturnType<typeof putFields>) => put.u32(0, 0.5)],
    ["u64 of 2^53", (put: ReturnType<typeof putFields>) => put.u64(0, 2 ** 53)],
    ["u64 of 2^64", (put: ReturnType<typeof putFields>) => put.u64(0, 2n ** 64n)],
    ["u64 of -1n", (put: ReturnType<typeof putFields>) => put.u64(0, -1n)],
    ["u64 past the end", (put: ReturnType<typeof putFields>) => put.u64(1, 1)],
    ["u8 before the beginning", (put: ReturnType<typeof putFields>) => put.u8(-1, 1)],
    ["bytes past the end", (put: ReturnType<typeof putFields>) => put.bytes(6, counting)],
    ["text past the end", (put: ReturnType<typeof putFields>) => put.text(6, "abc")],
  ] as const)("refuses a %s", (_, call) => {
    const bytes = new Uint8Array(8);
    const error = thrownBy(() => call(putFields(bytes, "big")));
    expect(error.code).toBe("invalid-argument");
    expect([...bytes]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });
});

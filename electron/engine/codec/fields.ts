import { ImageError } from "../errors";

/** How a structure's bytes are laid out, and where they came from (for errors). */
export interface FieldLayout {
  readonly order: "big" | "little";
  /** The file as the user knows it. */
  readonly file?: string;
  /** Byte offset in the file of the structure's byte 0; 0 when absent. */
  readonly base?: number;
}

/**
 * Reads the fields of one structure. Offsets are bytes from the structure's beginning.
 * Every reader throws ImageError `truncated` for a field that does not lie wholly inside.
 */
export interface Fields {
  /** Bytes in the structure. */
  readonly length: number;
  u8(at: number): number;
  u16(at: number): number;
  u32(at: number): number;
  /** A size, count or offset. @throws ImageError `limit` past 2^53 - 1. */
  u64(at: number): number;
  /** Eight bytes where every bit counts: feature sets, table entries. */
  bits64(at: number): bigint;
  /** A view, not a copy. */
  bytes(at: number, length: number): Uint8Array;
  /** UTF-8 text of at most `length` bytes, up to the first NUL; what is no UTF-8 becomes U+FFFD. */
  text(at: number, length: number): string;
}

/** Checked readers over the bytes of one structure. */
export function fields(bytes: Uint8Array, layout: FieldLayout): Fields {
  const { order, file, base = 0 } = layout;
  const little = order === "little";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

  function inside(at: number, length: number): number {
    if (at >= 0 && length >= 0 && at + length <= bytes.length) return at;
    const found = Math.max(0, bytes.length - at);
    const where = file === undefined ? "" : `${file}: `;
    throw new ImageError(
      "truncated",
      `${where}a field of ${length} bytes at byte ${base + at} is cut off after ${found}`,
      { file, at: base + at, expected: length, found },
    );
  }

  const bits64 = (at: number): bigint => view.getBigUint64(inside(at, 8), little);
  const slice = (at: number, length: number): Uint8Array =>
    bytes.subarray(inside(at, length), at + length);

  return {
    length: bytes.length,
    u8: (at) => view.getUint8(inside(at, 1)),
    u16: (at) => view.getUint16(inside(at, 2), little),
    u32: (at) => view.getUint32(inside(at, 4), little),
    u64(at) {
      const value = bits64(at);
      if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
      const found = `0x${value.toString(16)}`;
      const where = file === undefined ? "" : `${file}: `;
      throw new ImageError(
        "limit",
        `${where}the number ${found} at byte ${base + at} is past 2^53 - 1`,
        { file, at: base + at, expected: "at most 2^53 - 1", found },
      );
    },
    bits64,
    bytes: slice,
    text(at, length) {
      const raw = slice(at, length);
      const end = raw.indexOf(0);
      // Copied, because TextDecoder refuses views of shared memory.
      return new TextDecoder().decode(raw.slice(0, end < 0 ? raw.length : end));
    },
  };
}

/** Writes the fields of one structure. Offsets are bytes from the structure's beginning. */
export interface PutFields {
  u8(at: number, value: number): void;
  u16(at: number, value: number): void;
  u32(at: number, value: number): void;
  u64(at: number, value: number | bigint): void;
  bytes(at: number, from: Uint8Array): void;
  /** UTF-8 without a NUL behind it; returns the bytes written. */
  text(at: number, value: string): number;
}

/**
 * Checked writers over the bytes of one structure. Each throws ImageError `invalid-argument` for a
 * value that its field cannot hold and for a field that does not lie wholly inside.
 */
export function putFields(bytes: Uint8Array, order: "big" | "little"): PutFields {
  const little = order === "little";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

  function room(at: number, length: number): number {
    if (at >= 0 && at + length <= bytes.length) return at;
    throw new ImageError(
      "invalid-argument",
      `a field of ${length} bytes at byte ${at} does not fit in ${bytes.length} bytes`,
      { at, expected: length, found: Math.max(0, bytes.length - at) },
    );
  }
  function whole(value: number, bits: number): number {
    if (Number.isSafeInteger(value) && value >= 0 && value < 2 ** bits) return value;
    throw new ImageError("invalid-argument", `${value} does not fit in ${bits} bits`, {
      found: value,
    });
  }
  const put = (at: number, from: Uint8Array): void => bytes.set(from, room(at, from.length));

  return {
    u8: (at, value) => view.setUint8(room(at, 1), whole(value, 8)),
    u16: (at, value) => view.setUint16(room(at, 2), whole(value, 16), little),
    u32: (at, value) => view.setUint32(room(at, 4), whole(value, 32), little),
    u64(at, value) {
      const wide = typeof value === "bigint" ? value : BigInt(whole(value, 64));
      if (wide < 0n || wide >= 2n ** 64n) {
        throw new ImageError("invalid-argument", `${wide} does not fit in 64 bits`);
      }
      view.setBigUint64(room(at, 8), wide, little);
    },
    bytes: put,
    text(at, value) {
      const encoded = new TextEncoder().encode(value);
      put(at, encoded);
      return encoded.length;
    },
  };
}

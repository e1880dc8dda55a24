import { fields } from "../../codec/fields";
import { ImageError } from "../../errors";

/** Bytes of a header; data is filled up to whole blocks of this. */
export const blockSize = 512;

/** An entry's header, as it stands. */
export interface TarHeader {
  readonly name: string;
  /** Bytes of data behind the header. */
  readonly size: number;
  /** The type flag: "0" and "" are files. */
  readonly type: string;
}

/** Where a header lies, for errors. */
export interface HeaderPlace {
  readonly file: string;
  readonly at: number;
}

/** Whether these 512 bytes are a header: the signature of ustar or GNU tar, and a right checksum. */
export function isHeader(bytes: Uint8Array): boolean {
  const signature = String.fromCharCode(...bytes.subarray(257, 262));
  return bytes.length === blockSize && signature === "ustar" && checksumHolds(bytes);
}

/**
 * Reads a header (POSIX.1-1988 ustar, or GNU tar's).
 * @throws ImageError `invalid-header`, `limit`.
 */
export function readHeader(bytes: Uint8Array, place: HeaderPlace): TarHeader {
  const { file, at } = place;
  if (!isHeader(bytes))
    throw new ImageError("invalid-header", `${file}: no tar header at byte ${at}`, {
      file,
      at,
      expected: "the signature ustar and a right checksum",
      hint: "The archive is damaged, or was not copied whole.",
    });
  const header = fields(bytes, { order: "big" });
  const name = header.text(0, 100);
  // GNU tar has other fields where POSIX has the first part of a long name.
  const prefix = bytes[262] === 0 ? header.text(345, 155) : "";
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    size: readNumber(bytes.subarray(124, 136), { file, at: at + 124 }),
    type: header.text(156, 1),
  };
}

/** The sum of all bytes, the checksum's own taken for spaces; old programs took bytes for signed. */
function checksumHolds(bytes: Uint8Array): boolean {
  const stored = Number.parseInt(String.fromCharCode(...bytes.subarray(148, 156)).trim(), 8);
  let plain = 8 * 0x20;
  let signed = plain;
  for (const [index, byte] of bytes.entries()) {
    if (index >= 148 && index < 156) continue;
    plain += byte;
    signed += byte < 0x80 ? byte : byte - 0x100;
  }
  return stored === plain || stored === signed;
}

/**
 * A number in a header: octal digits, or with the highest bit set a number to base 256.
 * @throws ImageError `invalid-header` (negative, no number), `limit`.
 */
export function readNumber(field: Uint8Array, { file, at }: HeaderPlace): number {
  const [first = 0, ...rest] = field;
  if (first >= 0x80) {
    const value = rest.reduce((sum, byte) => sum * 256 + byte, first & 0x3f);
    if (first >= 0xc0)
      throw new ImageError("invalid-header", `${file}: a negative size`, { file, at });
    if (Number.isSafeInteger(value)) return value;
    throw new ImageError("limit", `${file}: an entry is too large`, {
      file,
      at,
      expected: "at most 2^53 - 1 bytes",
      found: value,
    });
  }
  const text = String.fromCharCode(...field)
    .replace(/\0.*$/s, "")
    .trim();
  if (/^[0-7]*$/.test(text)) return text === "" ? 0 : Number.parseInt(text, 8);
  throw new ImageError("invalid-header", `${file}: a size is no octal number`, {
    file,
    at,
    found: text,
  });
}

import { ImageError } from "../errors";

/** Bytes of a GUID. */
export const guidSize = 16;

/** Where the bytes of the text form lie: the first three fields are little-endian. */
const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] as const;

/** The text form of Microsoft's mixed-endian GUID, e.g. `2dc27766-f623-4200-9d64-115e9bfd4a08`. */
export function guidText(bytes: Uint8Array): string {
  const hex = order.map((at) => (bytes[at] ?? 0).toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** The 16 bytes of a GUID's text form. @throws ImageError `invalid-argument` when it is none. */
export function guidBytes(text: string): Uint8Array {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text))
    throw new ImageError("invalid-argument", `'${text}' is no GUID`, { found: text });
  const hex = text.replaceAll("-", "");
  const bytes = new Uint8Array(guidSize);
  for (const [index, at] of order.entries())
    bytes[at] = Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16);
  return bytes;
}

/** The GUID that stands for "none". */
export const nilGuid = guidText(new Uint8Array(guidSize));

/** A fresh random GUID (RFC 9562, version 4). */
export function newGuid(): Uint8Array {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(guidSize));
  bytes[7] = 0x40 | ((bytes[7] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return bytes;
}

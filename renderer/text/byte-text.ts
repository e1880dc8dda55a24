/** The text that stands for one byte in a column of its own: ASCII, and a dot for what cannot be seen. */
export function byteAsText(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".";
}

/** "7e": two digits. */
export const byteAsHex = (byte: number): string => byte.toString(16).padStart(2, "0");

/** "48 65 6c": for the clipboard. */
export function bytesAsHex(bytes: Uint8Array): string {
  return Array.from(bytes, byteAsHex).join(" ");
}

/** As UTF-8; what cannot be seen becomes a dot, but line ends and tabs stay. */
export function bytesAsText(bytes: Uint8Array): string {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  return text.replaceAll(/[^\P{Cc}\t\r\n]|\ufffd/gu, ".");
}

/** The bytes that "48 65 6C", "0x48656c" or "48:65" stands for; undefined for anything else. */
export function parseHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  const digits = text
    .trim()
    .replace(/^0x/i, "")
    .replaceAll(/[\s:_-]+(?:0x)?|,\s*(?:0x)?/gi, "");
  if (!/^(?:[\da-f]{2})+$/i.test(digits)) return undefined;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

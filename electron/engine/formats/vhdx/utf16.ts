/** UTF-16, little-endian, up to the first NUL; what is no UTF-16 becomes U+FFFD. */
export function utf16Text(bytes: Uint8Array): string {
  // Copied, because TextDecoder refuses views of shared memory.
  const text = new TextDecoder("utf-16le").decode(bytes.slice());
  return text.replace(/\0.*$/s, "");
}

/** The bytes of `text` in UTF-16, little-endian, without a NUL behind them. */
export function utf16Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at += 1) view.setUint16(at * 2, text.charCodeAt(at), true);
  return bytes;
}

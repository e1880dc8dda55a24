/** Names that descriptors use for encodings and TextDecoder does not know. */
const codePages = new Map([
  ["windows-932", "shift_jis"],
  ["windows-936", "gbk"],
  ["windows-949", "euc-kr"],
  ["windows-950", "big5"],
  ["us-ascii", "windows-1252"],
]);

/** The text's bytes: what follows the first NUL is padding. */
function unpadded(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return bytes.slice(0, end < 0 ? bytes.length : end);
}

/** UTF-16 by its byte order mark, in which the keys, too, are two bytes a letter. */
function utf16Of([first, second]: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : undefined;
}

function decoderOf(label: string): InstanceType<typeof TextDecoder> | undefined {
  const known = codePages.get(label.toLowerCase()) ?? label;
  try {
    return new TextDecoder(known);
  } catch {
    return undefined;
  }
}

/**
 * The descriptor's text: UTF-16 where it begins with that byte order mark, else in the encoding that it
 * declares ("encoding=GBK"). Where it declares none, or one that nobody knows: UTF-8, and windows-1252
 * where it is no UTF-8. Never throws.
 */
export function decodeDescriptor(bytes: Uint8Array): string {
  const utf16 = utf16Of(bytes);
  if (utf16 !== undefined) return new TextDecoder(utf16).decode(bytes).replace(/\0[^]*$/, "");
  const text = unpadded(bytes);
  // The keys are ASCII in every other encoding there is, so the declaration can be read before decoding.
  const ascii = new TextDecoder("windows-1252").decode(text);
  const declared = /^[ \t]*encoding[ \t]*=[ \t]*"?([A-Za-z0-9_-]+)/im.exec(ascii)?.[1];
  const decoder = declared === undefined ? undefined : decoderOf(declared);
  if (decoder !== undefined && decoder.encoding !== "utf-8") return decoder.decode(text);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(text);
  } catch {
    return ascii;
  }
}

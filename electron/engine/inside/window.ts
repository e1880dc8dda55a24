import { fields, type Fields } from "../codec/fields";
import type { DiskImage } from "../image/disk-image";
import type { ByteSource } from "../io/source";

/** The disk that the guest sees as a source of bytes. Closing it leaves the image open. */
export function guestSource(image: DiskImage): ByteSource {
  const name = image.layers[0]?.source.name ?? "";
  return { name, size: image.size, read: (at, into) => image.read(at, into), close: () => {} };
}

/**
 * `length` bytes at `at` as fields; undefined when the source does not hold all of them.
 * @throws ImageError as the source's `read`.
 */
export function windowOf(
  source: ByteSource,
  at: number,
  length: number,
  order: "big" | "little" = "little",
): Fields | undefined {
  if (at < 0 || at + length > source.size) return undefined;
  const bytes = new Uint8Array(length);
  source.read(at, bytes);
  return fields(bytes, { order, file: source.name, base: at });
}

/** One byte a character, as boot sectors and superblocks write their signatures. */
export function latin(view: Fields, at: number, length: number): string {
  return String.fromCharCode(...view.bytes(at, length));
}

/** UTF-16, little-endian, up to the first NUL. */
export function wide(view: Fields, at: number, length: number): string {
  // Copied, because TextDecoder refuses views of shared memory.
  return new TextDecoder("utf-16le").decode(view.bytes(at, length).slice()).replace(/\0.*$/s, "");
}

/**
 * A label as it may be shown; undefined when it is blank. What stands for no letter becomes U+FFFD,
 * so that no screen or terminal is led astray.
 */
export function shownLabel(text: string): string | undefined {
  const [before = ""] = text.split("\0");
  return before.replace(/[\p{Cc}\p{Cs}\p{Bidi_Control}]/gu, "\ufffd").trim() || undefined;
}

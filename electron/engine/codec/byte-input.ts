import type { ByteSource } from "../io/source";

/** Reads a source from its beginning to its end. */
export interface ByteInput {
  /** The source's name, for errors. */
  readonly name: string;
  /** Offset of the next byte. */
  readonly at: number;
  /** Bytes that are still to come. */
  readonly left: number;
  /** The next byte. @throws ImageError `truncated`, `io`. */
  u8(): number;
  /** The next `length` bytes (at most 256 KiB); valid until the next call. @throws ImageError `truncated`, `io`. */
  bytes(length: number): Uint8Array;
  /** The next bytes without taking them: `length` (at most 256 KiB), or as many as are left. @throws ImageError `io`. */
  peek(length: number): Uint8Array;
}

/** Bytes that are read at once. */
const bufferSize = 2 ** 18;

/** Reads `source`, which stays the caller's to close, through a buffer of 256 KiB. */
export function byteInput(source: ByteSource): ByteInput {
  const buffer = new Uint8Array(bufferSize);
  /** The buffer holds the source's bytes [from, from + filled). */
  let from = 0;
  let filled = 0;
  let at = 0;

  function fill(): void {
    from = at;
    filled = 0;
    const length = Math.min(bufferSize, source.size - at);
    source.read(at, buffer.subarray(0, length));
    filled = length;
  }
  function peek(length: number): Uint8Array {
    const most = Math.min(length, source.size - at);
    if (at + most > from + filled) fill();
    return buffer.subarray(at - from, at - from + most);
  }

  return {
    name: source.name,
    get at() {
      return at;
    },
    get left() {
      return source.size - at;
    },
    u8() {
      if (at >= from + filled) fill();
      // The source throws for a byte behind its end.
      if (filled === 0) source.read(at, new Uint8Array(1));
      const byte = buffer[at - from] ?? 0;
      at += 1;
      return byte;
    },
    bytes(length) {
      const bytes = peek(length);
      if (bytes.length < length) source.read(at, new Uint8Array(length));
      at += length;
      return bytes;
    },
    peek,
  };
}

/** A file under construction: little-endian fields and bytes at any offset; it grows as needed. */
export interface FileBytes {
  u32(at: number, value: number): FileBytes;
  u64(at: number, value: number | bigint): FileBytes;
  put(at: number, from: Uint8Array | string): FileBytes;
  /** A copy of all bytes so far, padded to `length` where it is given. */
  bytes(length?: number): Uint8Array;
}

export function fileBytes(from: Uint8Array = new Uint8Array(0)): FileBytes {
  let buffer = Buffer.from(from);
  function room(end: number): void {
    if (end > buffer.length) buffer = Buffer.concat([buffer, Buffer.alloc(end - buffer.length)]);
  }
  const file: FileBytes = {
    u32(at, value) {
      room(at + 4);
      buffer.writeUInt32LE(value >>> 0, at);
      return file;
    },
    u64(at, value) {
      room(at + 8);
      buffer.writeBigUInt64LE(BigInt(value), at);
      return file;
    },
    put(at, what) {
      const bytes = typeof what === "string" ? Buffer.from(what) : what;
      room(at + bytes.length);
      buffer.set(bytes, at);
      return file;
    },
    bytes(length = buffer.length) {
      room(length);
      return new Uint8Array(buffer.subarray(0, length));
    },
  };
  return file;
}

/** `length` bytes that tell where they belong: never zero, different for every `tag`. */
export function marked(tag: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => ((tag * 37 + i + (i >> 8) * 7) % 255) + 1);
}

/** Bytes of text that are written at once. */
const most = 256 * 1024;
/** Bytes of the longest number, 2^53 - 1. */
const longestNumber = 16;

/**
 * Text that is made byte by byte: where it has a hundred thousand lines, strings take longer than
 * all else. Numbers are whole, from 0 to 2^53 - 1.
 */
export interface TextBytes {
  /** `text` is at most 64 KiB long. */
  put(text: Uint8Array): void;
  putDecimal(value: number): void;
  /** As "0x1f", or "0", and spaces up to `width` characters. */
  putHex(value: number, width: number): void;
  /** Writes what has not been written yet. */
  flush(): void;
}

/** @param write Is given what was made, in memory that is used again when it returns. */
export function createTextBytes(write: (text: Uint8Array) => void): TextBytes {
  const buffer = new Uint8Array(most);
  let end = 0;

  function flush(): void {
    const made = buffer.subarray(0, end);
    end = 0;
    write(made);
  }

  function makeRoom(length: number): void {
    if (end + length > most) flush();
  }

  // Digits are taken from 32-bit integers: of a number past them, the lower ones in a piece of their own.

  function putDigits(value: number, count: number): void {
    let rest = value;
    for (let at = end + count - 1; at >= end; at -= 1) {
      const next = (rest / 10) | 0;
      buffer[at] = 48 + rest - next * 10;
      rest = next;
    }
    end += count;
  }

  function putHexDigits(value: number, count: number): void {
    for (let shift = (count - 1) * 4; shift >= 0; shift -= 4) {
      const digit = (value >> shift) & 15;
      buffer[end++] = digit < 10 ? 48 + digit : 87 + digit;
    }
  }

  return {
    put(text) {
      const { length } = text;
      makeRoom(length);
      for (let index = 0; index < length; index += 1) buffer[end + index] = text[index]!;
      end += length;
    },
    putDecimal(value) {
      makeRoom(longestNumber);
      const high = value < 1e9 ? 0 : Math.floor(value / 1e9);
      const first = high > 0 ? high : value;
      let count = 1;
      for (let power = 10; power <= first; power *= 10) count += 1;
      putDigits(first, count);
      if (high > 0) putDigits(value - high * 1e9, 9);
    },
    putHex(value, width) {
      makeRoom(longestNumber + width);
      const stop = end + width;
      buffer[end++] = 48;
      if (value > 0) {
        buffer[end++] = 120;
        const high = Math.floor(value / 2 ** 28);
        const first = high > 0 ? high : value;
        putHexDigits(first, Math.ceil((32 - Math.clz32(first)) / 4));
        if (high > 0) putHexDigits(value - high * 2 ** 28, 7);
      }
      while (end < stop) buffer[end++] = 32;
    },
    flush,
  };
}

import { ImageError } from "../errors";

/** The error for a Zstandard frame that breaks its format. */
export function zstdError(problem: string): ImageError {
  return new ImageError("corrupt-data", `the Zstandard frame is damaged: ${problem}`);
}

/** The number of the highest bit that is set in `value`, which is not 0. */
export function highestBit(value: number): number {
  return 31 - Math.clz32(value);
}

/**
 * Reads a bit stream from its end (RFC 8878, 4.1): the highest bit set in the last byte marks where it
 * begins. Bits before the first byte read as zeros.
 */
export interface BackwardBits {
  /** The next `count` bits, 0 to 32. */
  read(count: number): number;
  /** Bits that are left; negative when more were read than there are. */
  left(): number;
}

/** @throws ImageError `corrupt-data` for a stream without the mark. */
export function backwardBits(bytes: Uint8Array): BackwardBits {
  let position = bitsIn(bytes);

  function upTo24(count: number): number {
    position -= count;
    return (bitsAt(bytes, position) & ((1 << count) - 1)) >>> 0;
  }

  return {
    read(count) {
      if (count <= 24) return upTo24(count);
      const high = upTo24(count - 16);
      return high * 2 ** 16 + upTo24(16);
    },
    left: () => position,
  };
}

/** Bits in a stream that is read from its end. @throws ImageError `corrupt-data`. */
export function bitsIn(bytes: Uint8Array): number {
  const last = bytes.at(-1) ?? 0;
  if (last === 0) throw zstdError("a bit stream has no end");
  return (bytes.length - 1) * 8 + highestBit(last);
}

/** At least 24 bits from bit `position` on, the lowest first; zeros where there are none. */
export function bitsAt(bytes: Uint8Array, position: number): number {
  const at = position >> 3;
  const word =
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24);
  return word >>> (position & 7);
}

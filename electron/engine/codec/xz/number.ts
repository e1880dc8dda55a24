import { corruptXz } from "./xz-error";

/**
 * Reads a number in seven-bit pieces, the lowest first (the .xz file format, 1.2).
 * @param next Gives the next byte.
 * @throws ImageError `corrupt-data` when it is longer than needed or past 2^53 - 1, and what `next` throws.
 */
export function readNumber(next: () => number): number {
  let value = 0;
  for (let weight = 1; ; weight *= 128) {
    const byte = next();
    value += (byte & 0x7f) * weight;
    if (!Number.isSafeInteger(value)) throw corruptXz("a number is too large");
    if (byte === 0 && weight > 1) throw corruptXz("a number is longer than it needs to be");
    if (byte < 0x80) return value;
  }
}

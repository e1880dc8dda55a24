// Text that is made byte by byte, in memory of the caller: where it has a hundred thousand lines, strings take
// longer than all else. Each function puts something at `end`, where there must be room, and returns the new end.

/** Puts `text` there. */
export function putText(buffer: Uint8Array, end: number, text: Uint8Array): number {
  const { length } = text;
  for (let index = 0; index < length; index += 1) buffer[end + index] = text[index]!;
  return end + length;
}

/** Puts a whole number there, 0 <= value < 2^53. */
export function putDecimal(buffer: Uint8Array, end: number, value: number): number {
  // Digits are taken from 32-bit integers: of a number past them, the lower ones in a piece of their own.
  const high = value < 1e9 ? 0 : Math.floor(value / 1e9);
  const first = high > 0 ? high : value;
  let count = 1;
  for (let power = 10; power <= first; power *= 10) count += 1;
  const next = putDigits(buffer, end, first, count);
  return high > 0 ? putDigits(buffer, next, value - high * 1e9, 9) : next;
}

function putDigits(buffer: Uint8Array, end: number, value: number, count: number): number {
  let rest = value | 0;
  for (let at = end + count - 1; at >= end; at -= 1) {
    const next = (rest / 10) | 0;
    buffer[at] = 48 + rest - next * 10;
    rest = next;
  }
  return end + count;
}

/** Puts a whole number there as "0x1f", or "0", and spaces up to `width` characters. */
export function putHex(buffer: Uint8Array, end: number, value: number, width: number): number {
  const stop = end + width;
  let next = end;
  buffer[next++] = 48;
  if (value > 0) {
    buffer[next++] = 120;
    const high = Math.floor(value / 2 ** 28);
    const first = high > 0 ? high : value;
    next = putHexDigits(buffer, next, first, Math.ceil((32 - Math.clz32(first)) / 4));
    if (high > 0) next = putHexDigits(buffer, next, value - high * 2 ** 28, 7);
  }
  while (next < stop) buffer[next++] = 32;
  return next;
}

function putHexDigits(buffer: Uint8Array, end: number, value: number, count: number): number {
  let next = end;
  for (let shift = (count - 1) * 4; shift >= 0; shift -= 4) {
    const digit = (value >> shift) & 15;
    buffer[next++] = digit < 10 ? 48 + digit : 87 + digit;
  }
  return next;
}

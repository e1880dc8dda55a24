/**
 * Fails at the first byte that differs. Vitest's own comparison of long arrays takes a second a megabyte.
 * @param at Where `actual` lies in the disk, for the message.
 */
export function expectBytes(actual: Uint8Array, expected: Uint8Array, at = 0): void {
  if (Buffer.compare(actual, expected) === 0) return;
  const length = Math.min(actual.length, expected.length);
  let first = 0;
  while (first < length && actual[first] === expected[first]) first += 1;
  throw new Error(
    `Byte ${at + first} is ${actual[first]}, not ${expected[first]}; ` +
      `${actual.length} bytes were read and ${expected.length} expected at ${at}`,
  );
}

const zeros = Buffer.alloc(2 ** 16);

/** Whether there is no byte but zero; `every` would call a function for each of them. */
export function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += zeros.length) {
    const part = bytes.subarray(at, at + zeros.length);
    if (zeros.compare(part, 0, part.length, 0, part.length) !== 0) return false;
  }
  return true;
}

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

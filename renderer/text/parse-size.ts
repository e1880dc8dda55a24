import { sizeUnits } from "./format";

const powers: Readonly<Record<string, number>> = { "": 0, K: 1, M: 2, G: 3, T: 4, P: 5 };

/**
 * Bytes of a size as people write it: "80 GiB", "80G", "1.5T", "4096". Units with an i are binary, and
 * those without are of the kind in which sizes are shown. Undefined for anything else, and for what is
 * no whole number of bytes.
 */
export function parseSize(text: string): number | undefined {
  const match = /^([\d.,]+)\s*([KMGTP]?)(iB|B)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, digits = "", unit = "", end = ""] = match;
  const step = /^i/i.test(end) ? 1024 : sizeUnits().step;
  const value = Number(digits.replace(",", ".")) * step ** (powers[unit.toUpperCase()] ?? 0);
  const bytes = Math.round(value);
  // A decimal fraction of a unit is seldom one of the machine's numbers.
  const isWhole = Math.abs(value - bytes) <= value * Number.EPSILON;
  return isWhole && Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}

/**
 * The size to the byte, as `parseSize` reads it: binary in the largest unit in which it is a whole number
 * ("41 GiB", "20971521 B"), decimal in the largest of which there is one ("44.023414784 GB").
 */
export function exactSize(bytes: number): string {
  const { step, names } = sizeUnits();
  let unit = 0;
  let value = bytes;
  while (unit < names.length - 1 && (step === 1024 ? value % step === 0 : value >= step)) {
    unit += 1;
    value = bytes / step ** unit;
  }
  return `${value} ${names[unit]}`;
}

const powers: Readonly<Record<string, number>> = { "": 0, K: 1, M: 2, G: 3, T: 4, P: 5 };

/**
 * Bytes of a size as people write it: "80 GiB", "80G", "1.5T", "4096". Units are binary whatever
 * they are called. Undefined for anything else, and for what is no whole number of bytes.
 */
export function parseSize(text: string): number | undefined {
  const match = /^([\d.,]+)\s*([KMGTP]?)(?:i?B)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, digits = "", unit = ""] = match;
  const bytes = Number(digits.replace(",", ".")) * 1024 ** (powers[unit.toUpperCase()] ?? 0);
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}

/** The size in the largest unit in which it is a whole number: "41 GiB", "20971521 B". */
export function exactSize(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let unit = 0;
  let value = bytes;
  while (unit < units.length - 1 && value % 1024 === 0) {
    value /= 1024;
    unit += 1;
  }
  return `${value} ${units[unit]}`;
}

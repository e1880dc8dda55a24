const powers: Readonly<Record<string, number>> = { "": 0, K: 1, M: 2, G: 3, T: 4, P: 5 };
const SECTOR = 512;

/**
 * The byte offset that somebody has typed: "0x7e00", "7e00h", "32256", "1.5 GiB", "sector 63",
 * "s63", "end", "50%"; with "+" or "-" in front, from `from` on. Units are binary whatever they are
 * called. Undefined for anything else, and for what does not lie in `size` bytes.
 */
export function parseOffset(text: string, size: number, from: number): number | undefined {
  const plain = text.trim().replaceAll(/[\s_,']+/g, " ");
  if (/^end$/i.test(plain)) return size > 0 ? size - 1 : undefined;
  const [, sign = "", rest = ""] = /^([+-]?) ?(.*)$/.exec(plain) ?? [];
  const distance = distanceOf(rest, size);
  if (distance === undefined) return undefined;
  const at = sign === "" ? distance : sign === "+" ? from + distance : from - distance;
  return Number.isSafeInteger(at) && at >= 0 && at < size ? at : undefined;
}

function distanceOf(text: string, size: number): number | undefined {
  const share = /^(\d+(?:\.\d+)?) ?%$/.exec(text)?.[1];
  if (share !== undefined) return Math.min(size - 1, Math.floor((size * Number(share)) / 100));
  const sector = /^(?:sector|sec|lba|s) ?(.+)$/i.exec(text)?.[1];
  if (sector !== undefined) {
    const number = numberOf(sector);
    return number === undefined ? undefined : number * SECTOR;
  }
  const number = numberOf(text);
  if (number !== undefined) return number;
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?) ?([KMGTP])(?:i?B)?$/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return Number(digits) * 1024 ** (powers[unit.toUpperCase()] ?? 0);
}

/** A whole number, hexadecimal with a sign for it; spaces part its groups. */
function numberOf(text: string): number | undefined {
  const digits = text.replaceAll(" ", "");
  const hex = /^(?:0x([\da-f]+)|([\da-f]+)h)$/i.exec(digits);
  if (hex !== null) return Number.parseInt(hex[1] ?? hex[2] ?? "", 16);
  const decimal = /^(\d+)(?:B|bytes?)?$/i.exec(digits)?.[1];
  return decimal === undefined ? undefined : Number(decimal);
}

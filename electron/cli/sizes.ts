import { CommandError, programName } from "./errors";
import { printWarning } from "./output";

/** Largest size that qemu-img takes: 2^63 - 1 bytes. */
const LARGEST = 2n ** 63n - 1n;

const suffixes = "bkmgtpe";

/** What a size text holds: bytes, or why it holds none. */
type ParsedSize = { readonly bytes: bigint } | { readonly fault: "syntax" | "range" };

/**
 * Reads a size as qemu-img does: decimal with an optional fraction, or hexadecimal, and one of the
 * suffixes b, k, M, G, T, P, E (powers of 1024, either case). A fraction is rounded to whole bytes,
 * half upward; one without a suffix above bytes is a fault, as are exponents. Bounded by 2^64.
 */
export function parseSize(text: string): ParsedSize {
  const match = /^[ \t\n\v\f\r]*\+?(?:0x([0-9a-f]+)|(\d+)(\.\d*)?)([bkmgtpe]?)$/i.exec(text);
  if (!match) return { fault: "syntax" };
  const [, hex, whole = "", fraction = "", suffix = ""] = match;
  const scale = 1024n ** BigInt(Math.max(0, suffixes.indexOf(suffix.toLowerCase() || "b")));
  if (hex !== undefined && suffix !== "")
    printWarning(`Using a multiplier suffix on hex numbers is deprecated: ${text}`);
  const units = hex === undefined ? BigInt(whole) : BigInt(`0x${hex}`);
  const part = scaledFraction(fraction, scale);
  if (part === undefined) return { fault: "syntax" };
  const bytes = units * scale + part;
  return bytes < 2n ** 64n ? { bytes } : { fault: "range" };
}

/** `scale` times a decimal fraction (".5", "." or ""); undefined for a part of a byte. */
function scaledFraction(fraction: string, scale: bigint): bigint | undefined {
  // qemu-img keeps 64 bits of the nearest double; what rounds to 1 wraps to 0.
  const bits = BigInt(Math.trunc(Number(`0${fraction}0`) * 2 ** 64)) % 2n ** 64n;
  if (scale === 1n) return bits === 0n ? 0n : undefined;
  return (bits * scale + 2n ** 63n) / 2n ** 64n;
}

/**
 * The size that an argument gives, in bytes from 0 to 2^63 - 1.
 * @param what What the size is of, for the message: "image size".
 * @throws CommandError in qemu-img's words.
 */
export function sizeArgument(what: string, text: string): bigint {
  const parsed = parseSize(text);
  if ("bytes" in parsed && parsed.bytes <= LARGEST) return parsed.bytes;
  if ("bytes" in parsed || parsed.fault === "range")
    throw new CommandError(`Invalid ${what} specified. Must be between 0 and ${LARGEST}.`);
  throw new CommandError(
    `Invalid ${what} specified. You may use k, M, G, T, P or E suffixes for\n` +
      `${programName()}: kilobytes, megabytes, gigabytes, terabytes, petabytes and exabytes.`,
  );
}

/** Bytes as qemu-img writes them for people: three digits and a unit of 1024, e.g. "1.41 MiB", "193 KiB". */
export function humanSize(bytes: number): string {
  let unit = 0;
  // The unit changes at 1000, not at 1024, so that three digits always do.
  while (unit < 6 && bytes >= 1000 * 1024 ** unit) unit += 1;
  const prefix = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][unit] ?? "";
  return `${threeDigits(BigInt(bytes), 1024n ** BigInt(unit))} ${prefix}B`;
}

/** `value / unit`, 0 or from 0.97 to 1000, as C's "%.3g" writes it: halves go to the even digit. */
function threeDigits(value: bigint, unit: bigint): string {
  const decimals = value >= 100n * unit ? 0 : value >= 10n * unit ? 1 : value >= unit ? 2 : 3;
  const scaled = value * 10n ** BigInt(decimals);
  const below = scaled / unit;
  const twice = (scaled % unit) * 2n;
  const up = twice > unit || (twice === unit && below % 2n === 1n);
  const digits = Number(up ? below + 1n : below);
  return digits >= 1000 && decimals === 0 ? "1e+03" : String(digits / 10 ** decimals);
}

/**
 * Numbers as people read them. Every function takes plain bytes or seconds and answers in the language
 * given to `setFormatLocale`; sizes are in the units given to `setFormatUnits`.
 */
const systems = {
  binary: { step: 1024, names: ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] },
  decimal: { step: 1000, names: ["B", "kB", "MB", "GB", "TB", "PB"] },
} as const;
/** Keeps a number and its unit on one line. */
const space = "\u00a0";

/** How numbers are written, each way made when it is first used: it takes a millisecond or more. */
const ways = {
  whole: { maximumFractionDigits: 0 },
  oneDecimal: { maximumFractionDigits: 1, minimumFractionDigits: 1 },
  upToOneDecimal: { maximumFractionDigits: 1 },
  bytes: { style: "unit", unit: "byte", unitDisplay: "long" },
  percent: { style: "percent", maximumFractionDigits: 0 },
  finePercent: { style: "percent", maximumFractionDigits: 1 },
} as const;
const made = new Map<keyof typeof ways, Intl.NumberFormat>();

function number(way: keyof typeof ways): Intl.NumberFormat {
  const known = made.get(way) ?? new Intl.NumberFormat(locale, ways[way]);
  made.set(way, known);
  return known;
}

let locale = "en";
let units: (typeof systems)[keyof typeof systems] = systems.binary;

/** Chooses the language of everything below; a BCP 47 tag. */
export function setFormatLocale(tag: string): void {
  locale = tag;
  made.clear();
}

/** Chooses whether sizes are told in KiB (1024 bytes) or kB (1000); binary before the first call. */
export function setFormatUnits(system: keyof typeof systems): void {
  units = systems[system];
}

/** How many of a unit make the next, and what the units are called, from the byte on. */
export function sizeUnits(): { readonly step: number; readonly names: readonly string[] } {
  return units;
}

/**
 * The first unit in which `bytes`, rounded to one decimal, is less than `most`, the number of them that
 * make the next; bytes themselves, being exact, go up to a whole of the next.
 */
function unitOf(bytes: number, most: number): number {
  let unit = 0;
  let value = bytes;
  while (
    unit < units.names.length - 1 &&
    Math.round(value * 10) >= (unit === 0 ? units.step : most) * 10
  ) {
    value /= units.step;
    unit += 1;
  }
  return unit;
}

function inUnit(bytes: number, unit: number, format: Intl.NumberFormat): string {
  return (unit === 0 ? number("whole") : format).format(bytes / units.step ** unit);
}

/** Digits before the point are three at most: 1014 MiB are 1.0 GiB, as they stand beside others. */
const threeDigits = 1000;

/** "5.8 GiB", "512 B": one decimal from KiB on. */
export function formatSize(bytes: number): string {
  const unit = unitOf(bytes, threeDigits);
  return `${inUnit(bytes, unit, number("oneDecimal"))}${space}${units.names[unit]}`;
}

/** "64 KiB", "1,000 MiB": for sizes that are round by nature, such as clusters and whole disks. */
export function formatRoundSize(bytes: number): string {
  const unit = unitOf(bytes, units.step);
  return `${inUnit(bytes, unit, number("upToOneDecimal"))}${space}${units.names[unit]}`;
}

/** Two sizes in the unit of the second: "26.4" and "42.6 GiB". */
export function formatProgress(done: number, total: number): { done: string; total: string } {
  const unit = unitOf(total, threeDigits);
  return { done: inUnit(done, unit, number("oneDecimal")), total: formatSize(total) };
}

/** "6,227,702,579 bytes". */
export function formatBytes(bytes: number): string {
  // As in the catalogs, also where the locale's own pattern has no space there.
  return number("bytes")
    .format(bytes)
    .replace(/(\d)(?=\p{Script=Han})/u, "$1 ");
}

/** "1.1 GiB/s". */
export function formatSpeed(bytesPerSecond: number): string {
  return `${formatSize(bytesPerSecond)}/s`;
}

/** "10 GiB/s", "2.5 GiB/s": for speeds that are round by nature, such as the marks of an axis. */
export function formatRoundSpeed(bytesPerSecond: number): string {
  return `${formatRoundSize(bytesPerSecond)}/s`;
}

/** "14%", "0.3%", "<0.1%" for what is more than nothing; "0%" when `whole` is 0. */
export function formatShare(part: number, whole: number): string {
  const share = whole > 0 ? part / whole : 0;
  if (share > 0 && share < 0.001) return `<${number("finePercent").format(0.001)}`;
  // "100%" only for all of it.
  if (share > 0.99 && share < 1)
    return number("finePercent").format(Math.floor(share * 1000) / 1000);
  return number(share < 0.01 ? "finePercent" : "percent").format(share);
}

/** "93,014". */
export function formatCount(count: number): string {
  return number("whole").format(count);
}

/** "0x1f0000": how offsets in files are written. */
export function formatOffset(at: number): string {
  return `0x${at.toString(16)}`;
}

/** "Oct 11, 2026, 8:30 AM" in the viewer's time zone; from seconds since 1970-01-01 UTC. */
export function formatDate(seconds: number, timeZone?: string): string {
  const format = new Intl.DateTimeFormat(locale, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone,
  });
  return format.format(seconds * 1000);
}

/** A time left, coarse enough not to flicker: seconds below a minute, then minutes, then hours. */
export type Duration =
  | { readonly unit: "seconds"; readonly seconds: number }
  | { readonly unit: "minutes"; readonly minutes: number; readonly seconds: number }
  | { readonly unit: "hours"; readonly hours: number; readonly minutes: number };

/** Splits `seconds` (>= 0) for the catalog's sentence; rounds up, so that 0 means done. */
export function splitDuration(seconds: number): Duration {
  const whole = Math.ceil(Math.max(0, seconds));
  if (whole < 60) return { unit: "seconds", seconds: whole };
  if (whole < 3600)
    return { unit: "minutes", minutes: Math.floor(whole / 60), seconds: whole % 60 };
  return { unit: "hours", hours: Math.floor(whole / 3600), minutes: Math.floor(whole / 60) % 60 };
}

/** "0.042", "1.3", "12.8": a time that was taken, in seconds, by three significant digits. */
export function formatSeconds(seconds: number): string {
  return new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 }).format(seconds);
}

/** "2.1": how many times over. */
export function formatFactor(times: number): string {
  return number("oneDecimal").format(times);
}

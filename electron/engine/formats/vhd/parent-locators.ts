import type { Fields } from "../../codec/fields";
import { withSlashes } from "../../codec/windows-path";
import { ImageError } from "../../errors";
import type { ByteSource } from "../../io/source";

/** Where the entries lie in the dynamic disk header, how many there are, and bytes of each. */
const entriesAt = 576;
const entryCount = 8;
const entrySize = 24;
/** No path is longer than this, in bytes. */
const longestName = 64 * 1024;

/** A place that tells where the parent is (specification, "Parent Locator Entries"). */
export interface ParentLocator {
  /** "Platform Code", e.g. "W2ru"; never empty. */
  readonly code: string;
  /** Byte offset of the name in the file. */
  readonly at: number;
  /** Bytes of the name. */
  readonly length: number;
}

/** A name of the parent, as it is written. */
export interface ParentName {
  /** The platform code, or "Parent Unicode Name" for the one in the header itself. */
  readonly from: string;
  readonly name: string;
}

/** The entries in use. @throws ImageError `limit` for an offset past 2^53 - 1. */
export function readLocatorEntries(header: Fields): ParentLocator[] {
  const locators: ParentLocator[] = [];
  for (let index = 0; index < entryCount; index += 1) {
    const entry = entriesAt + index * entrySize;
    const code = header.text(entry, 4);
    // The space for the name, at 4, is in sectors or in bytes, as programs please; reading needs it not.
    if (code !== "")
      locators.push({ code, length: header.u32(entry + 8), at: header.u64(entry + 16) });
  }
  return locators;
}

/**
 * All names of the parent that can be read: those of the locators W2ru, W2ku and MacX in their order,
 * then the one in the header.
 * @param unicodeName UTF-16, big-endian, padded with NULs.
 * @throws ImageError `limit` (a name too long), `truncated`, `io`.
 */
export function readParentNames(
  source: ByteSource,
  locators: readonly ParentLocator[],
  unicodeName: Uint8Array,
): ParentName[] {
  const names: ParentName[] = [];
  for (const locator of locators) {
    const decode = decoders[locator.code];
    if (decode !== undefined)
      names.push({ from: locator.code, name: decode(readName(source, locator)) });
  }
  const swapped = unicodeName.map((_, at) => unicodeName[at ^ 1] ?? 0);
  names.push({ from: "Parent Unicode Name", name: utf16(swapped) });
  return names.filter(({ name }) => name !== "");
}

/** How the names of each platform code are written. */
const decoders: Readonly<Record<string, (bytes: Uint8Array) => string>> = {
  W2ru: utf16,
  W2ku: utf16,
  MacX: (bytes) => upToNul(new TextDecoder().decode(bytes)),
};

/**
 * The names as paths, in the order in which they are tried: relative to the child first, because absolute
 * ones are of the computer that made them.
 */
export function pathsOf(names: readonly ParentName[]): string[] {
  const of = (code: string) => names.filter(({ from }) => from === code).map(({ name }) => name);
  const plain = of("Parent Unicode Name");
  const relative = [...of("W2ru"), ...plain.filter(isRelative)].map(withSlashes);
  return [...relative, ...of("W2ku"), ...plain.filter((name) => !isRelative(name)), ...of("MacX")];
}

const isRelative = (name: string): boolean => !/^(?:[A-Za-z]:|[\\/])/.test(name);

function readName(source: ByteSource, { code, at, length }: ParentLocator): Uint8Array {
  if (length > longestName)
    throw new ImageError("limit", `${source.name}: the parent locator ${code} is too long`, {
      file: source.name,
      at,
      expected: `at most ${longestName} bytes`,
      found: length,
    });
  const bytes = new Uint8Array(length);
  source.read(at, bytes);
  return bytes;
}

/** UTF-16, little-endian. */
function utf16(bytes: Uint8Array): string {
  return upToNul(new TextDecoder("utf-16le").decode(bytes));
}

const upToNul = (text: string): string => text.replace(/\0.*$/s, "");

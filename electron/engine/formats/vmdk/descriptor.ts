import type { ByteSource } from "../../io/source";
import { decodeDescriptor } from "./descriptor-text";
import { isExtentLine, parseExtentLine, type ExtentLine } from "./extent-line";
import { errorAt, isWithin } from "./vmdk-error";

/** The text that says what a virtual disk is made of (specification, "The Descriptor File"). */
export interface Descriptor {
  readonly extents: readonly ExtentLine[];
  /** Keys in lower case and their values without quotes; of a key written twice, the first. */
  readonly values: ReadonlyMap<string, string>;
  /** Content ID; undefined when it is missing or malformed. */
  readonly cid?: number;
  /** The parent's content ID at the time of linking; `noParent` when there is none. */
  readonly parentCid?: number;
}

/** The parentCID of a disk that stands alone. */
export const noParent = 0xffffffff;

/** A descriptor is some hundred bytes; this is room for thousands of extents. */
const longest = 2 ** 20;
/** Extents that a stranger's descriptor may name: each is an open file. */
const mostExtents = 4096;

/** Whether text beginning with `bytes` is a descriptor. */
export function looksLikeDescriptor(bytes: Uint8Array): boolean {
  const lines = decodeDescriptor(bytes)
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (/^#\s*disk\s*descriptor\s*file\b/i.test(lines[0] ?? "")) return true;
  const [first, ...others] = lines.filter((line) => !line.startsWith("#"));
  return (
    /^version\s*=\s*"?\d/i.test(first ?? "") &&
    others.some((line) => /^(cid|createtype)\s*=/i.test(line))
  );
}

/**
 * Reads the descriptor in `length` bytes at `at`. Spaces, case, quotes and keys that nobody knows do no harm.
 * @throws ImageError `limit` (too long, too many extents), `truncated`, `invalid-header` (a malformed extent line).
 */
export function readDescriptor(source: ByteSource, at: number, length: number): Descriptor {
  if (length > longest) {
    throw errorAt("limit", source, at, "the descriptor is too long", {
      expected: `at most ${longest} bytes`,
      found: length,
    });
  }
  if (!isWithin(source, at, length)) {
    throw errorAt("truncated", source, at, "the file ends before the end of its descriptor", {
      expected: at + length,
      found: source.size,
    });
  }
  const bytes = new Uint8Array(length);
  source.read(at, bytes);
  return parseDescriptor(decodeDescriptor(bytes), source, at);
}

function parseDescriptor(text: string, source: ByteSource, at: number): Descriptor {
  const values = new Map<string, string>();
  const extents: ExtentLine[] = [];
  for (const written of text.split(/\r\n|\n|\r/)) {
    const line = written.trim();
    if (isExtentLine(line)) {
      const extent = parseExtentLine(line);
      if (extent === undefined) throw malformed(source, at, line);
      extents.push(extent);
      if (extents.length > mostExtents) throw tooMany(source, at);
      continue;
    }
    const equals = line.indexOf("=");
    if (equals <= 0 || line.startsWith("#")) continue;
    const key = line.slice(0, equals).trim().toLowerCase();
    if (!values.has(key)) values.set(key, unquoted(line.slice(equals + 1).trim()));
  }
  return {
    extents,
    values,
    ...contentId("cid", values.get("cid")),
    ...contentId("parentCid", values.get("parentcid")),
  };
}

function unquoted(value: string): string {
  return /^"([^"]*)"/.exec(value)?.[1] ?? value;
}

/** A content ID is 32 bits in hexadecimal. */
function contentId(name: "cid" | "parentCid", value: string | undefined): Partial<Descriptor> {
  const digits = /^(?:0x)?([0-9a-f]{1,8})$/i.exec(value ?? "")?.[1];
  return digits === undefined ? {} : { [name]: Number.parseInt(digits, 16) };
}

function malformed(source: ByteSource, at: number, line: string) {
  return errorAt("invalid-header", source, at, "the descriptor holds a malformed extent line", {
    expected: 'ACCESS SECTORS TYPE "FILE" [OFFSET]',
    found: line.slice(0, 120),
  });
}

function tooMany(source: ByteSource, at: number) {
  return errorAt("limit", source, at, "the descriptor names too many extents", {
    expected: `at most ${mostExtents}`,
  });
}

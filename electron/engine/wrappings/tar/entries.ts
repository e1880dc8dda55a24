import { ImageError } from "../../errors";
import type { ByteSource } from "../../io/source";
import { blockSize, isHeader, readHeader, type HeaderPlace, type TarHeader } from "./header";
import { readExtended, type Extended } from "./pax";
import { checkedMap, readSparseMap, type SparseMap } from "./sparse-map";

/** A file in the archive. Its name is a label, and never used as a path. */
export interface TarEntry {
  readonly name: string;
  /** Where its bytes begin in the archive, and how many there are. */
  readonly at: number;
  readonly length: number;
  /**
   * Where the stored bytes belong in a file that is stored without its holes; "pax" when that is told
   * in a way that is not read.
   */
  readonly sparse?: SparseMap | "pax";
}

/** Entries that are looked at, at most; an appliance has a handful. */
const mostEntries = 10_000;
/** Bytes of a long name or an extended header, at most. */
const longestExtra = 2 ** 16;
/** Characters of a name that are kept. */
const longestName = 4096;

/** Whether the file begins as a tar archive does. */
export function beginsTar(source: ByteSource): boolean {
  if (source.size < blockSize) return false;
  const bytes = new Uint8Array(blockSize);
  source.read(0, bytes);
  return isHeader(bytes);
}

/**
 * Lists the regular files of a tar archive, in their order; names of GNU tar and pax, long or not.
 * @throws ImageError `invalid-header`, `truncated` (an entry reaches past the end), `limit`, `io`.
 */
export function* listEntries(source: ByteSource): Generator<TarEntry, void, undefined> {
  const bytes = new Uint8Array(blockSize);
  const file = source.name;
  let extra: Partial<Extended> = {};
  let at = 0;
  // The end is a block of zeros, or just the file's.
  for (let count = 0; at + blockSize <= source.size; count += 1) {
    if (count === mostEntries)
      throw new ImageError("limit", `${file} has too many entries`, {
        file,
        at,
        expected: `at most ${mostEntries}`,
      });
    source.read(at, bytes);
    if (bytes.every((byte) => byte === 0)) break;
    const header = readHeader(bytes, { file, at });
    const map = header.type === "S" ? readSparseMap(source, bytes, at) : undefined;
    const dataAt = at + blockSize + (map?.blocks ?? 0) * blockSize;
    const isExtra = header.type === "x" || header.type === "L";
    const size = isExtra ? header.size : sizeOf(header, extra);
    const next = dataAt + Math.ceil(size / blockSize) * blockSize;
    if (dataAt + size > source.size || !Number.isSafeInteger(next)) throw cutOff(source, at, size);
    if (isExtra) {
      extra = { ...extra, ...readExtra(source, header, { file, at: dataAt }) };
    } else if (header.type !== "g" && header.type !== "K") {
      const name = (extra.path ?? header.name).slice(0, longestName);
      const sparse = extra.sparse === true ? "pax" : map && checkedMap(source, map, at, size);
      if (["0", "", "7", "S"].includes(header.type))
        yield { name, at: dataAt, length: size, ...(sparse && { sparse }) };
      extra = {};
    }
    at = next;
  }
}

/** Bytes behind a header; links, devices and folders have none, whatever they say. */
function sizeOf({ type, size }: TarHeader, extra: Partial<Extended>): number {
  return /^[1-6]$/.test(type) ? 0 : (extra.size ?? size);
}

/** What stands in an entry that tells of the next one: a GNU long name, or a pax header. */
function readExtra(
  source: ByteSource,
  { size, type }: TarHeader,
  place: HeaderPlace,
): Partial<Extended> {
  if (size > longestExtra) throw tooLong(place.file, place.at, size);
  const bytes = new Uint8Array(size);
  source.read(place.at, bytes);
  if (type === "x") return readExtended(bytes, place);
  const end = bytes.indexOf(0);
  return { path: new TextDecoder().decode(bytes.subarray(0, end < 0 ? size : end)) };
}

function tooLong(file: string, at: number, size: number): ImageError {
  return new ImageError("limit", `${file}: an extended header is too long`, {
    file,
    at,
    expected: `at most ${longestExtra} bytes`,
    found: size,
  });
}

function cutOff(source: ByteSource, at: number, size: number): ImageError {
  const file = source.name;
  return new ImageError("truncated", `${file}: an entry reaches past the archive's end`, {
    file,
    at,
    expected: at + blockSize + size,
    found: source.size,
    hint: "The archive is damaged, or was not copied whole.",
  });
}

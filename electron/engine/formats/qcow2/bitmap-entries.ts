import { fields } from "../../codec/fields";
import { ImageError } from "../../errors";
import { pastEndOf } from "../../io/past-end";
import type { ByteSource } from "../../io/source";
import { autoclear } from "./features";
import type { Header } from "./header";
import type { HeaderExtensions } from "./header-extensions";
import { requireTable } from "./tables";

/** qemu's limits: bitmaps in an image, bytes of a name and of marks, powers of two of a granularity. */
export const bitmapLimits = {
  bitmaps: 65535,
  name: 1023,
  data: 2 ** 29,
  leastBits: 9,
  mostBits: 31,
} as const;
/** Bytes of an entry before its extra data and name. */
export const bitmapEntryLength = 24;
/** Bytes of a directory without extra data, at most. */
const mostDirectory = bitmapLimits.bitmaps * (bitmapEntryLength + bitmapLimits.name + 1);

/** Bits of an entry's flags: not saved in order; enabled; with extra data that one may pass over. */
export const inUseFlag = 1;
export const autoFlag = 2;
const extraDataFlag = 4;

/** One entry of the bitmap directory (specification, "Bitmap directory"). */
export interface BitmapEntry {
  readonly tableOffset: number;
  /** Entries of the bitmap's table. */
  readonly tableSize: number;
  readonly flags: number;
  /** Bytes of the disk that one bit stands for: a power of two. */
  readonly granularity: number;
  readonly name: string;
  /** The entry as it lies in the file, padding left off. */
  readonly bytes: Uint8Array;
}

/** The bitmap directory, as far as it can be read. */
export interface BitmapDirectory {
  /** The entries that are sound. */
  readonly entries: readonly BitmapEntry[];
  /** Where it lies in the file, in bytes; absent without one, or where none can be. */
  readonly place?: { readonly offset: number; readonly length: number };
  /** The first thing that is wrong with it, if any: `invalid-table`, `limit`, `truncated`. */
  readonly lost?: ImageError;
}

/**
 * Reads the bitmap directory. Without autoclear bit 0 somebody changed the image who knows no bitmaps:
 * nothing in the directory can be trusted, and none is listed. Entries that qemu would refuse the whole
 * image for are left out and told: neither disk nor snapshots need bitmaps.
 * @throws ImageError `io`.
 */
export function readBitmapDirectory(
  source: ByteSource,
  header: Header,
  { bitmaps: extension }: Pick<HeaderExtensions, "bitmaps">,
): BitmapDirectory {
  const trusted = (header.autoclearFeatures & autoclear.bitmaps) !== 0n;
  if (extension === undefined || !trusted) return { entries: [] };
  const { nbBitmaps, directoryOffset: offset, directorySize: length, at: saidAt } = extension;
  const name = "bitmap directory";
  const bytes = new Uint8Array(Math.min(length, mostDirectory, Math.max(0, source.size - offset)));
  try {
    const place = { name, offset, saidAt, limit: mostDirectory };
    requireTable(source, header, {
      ...place,
      length: length > mostDirectory ? length : bytes.length,
    });
    source.read(offset, bytes);
  } catch (error) {
    return { entries: [], lost: lossIn(error) };
  }
  const { entries, lost } = entriesOf(source, header, bytes, offset);
  const place = { offset, length: bytes.length };
  const read = { entries, ...(bytes.length > 0 && { place }) };
  if (lost) return { ...read, lost };
  if (bytes.length < length) return { ...read, lost: pastEndOf(source, name, offset, length) };
  if (nbBitmaps === entries.length && nbBitmaps > 0) return read;
  const wrong = new ImageError("invalid-table", `${source.name}: the header counts other bitmaps`, {
    file: source.name,
    at: saidAt,
    expected: entries.length,
    found: nbBitmaps,
  });
  return { ...read, lost: wrong };
}

/** The sound entries in a directory's `bytes`, and the first thing that is wrong. */
function entriesOf(source: ByteSource, header: Header, bytes: Uint8Array, base: number) {
  const entries: BitmapEntry[] = [];
  const names = new Set<string>();
  let lost: ImageError | undefined;
  // Tables that lie apart take no more than the file; reading others could go on for ever.
  let budget = source.size + 2 ** 26;
  try {
    for (let at = 0; at < bytes.length && entries.length < bitmapLimits.bitmaps;) {
      const { entry, nameBytes } = readEntry(source, bytes, at, base);
      const wrong = names.has(nameBytes)
        ? "another name: this one is taken"
        : wrongIn(header, entry, bytes[at + 16] ?? 0);
      if (wrong === undefined) budget -= entry.tableSize * 8;
      if (wrong === undefined && budget >= 0) entries.push(entry);
      else lost ??= damaged(source, base + at, wrong ?? "tables that fit into the file");
      names.add(nameBytes);
      at += Math.ceil(entry.bytes.length / 8) * 8;
    }
  } catch (error) {
    // Where one entry's length cannot be trusted, nobody knows where the next begins.
    lost ??= lossIn(error);
  }
  return { entries, lost };
}

/** @throws ImageError `invalid-table`, `limit`, `truncated`: where the next entry begins is not known then. */
function readEntry(source: ByteSource, bytes: Uint8Array, at: number, base: number) {
  const directory = fields(bytes, { order: "big", file: source.name, base });
  const nameLength = directory.u16(at + 18);
  const nameAt = at + bitmapEntryLength + directory.u32(at + 20);
  if (nameLength === 0 || nameLength > bitmapLimits.name)
    throw damaged(source, base + at + 18, `a name of 1 to ${bitmapLimits.name} bytes`);
  const entry: BitmapEntry = {
    // Too large for a number is past the file's end in any case.
    tableOffset: Number(directory.bits64(at)),
    tableSize: directory.u32(at + 8),
    flags: directory.u32(at + 12),
    granularity: 2 ** directory.u8(at + 17),
    name: directory.text(nameAt, nameLength),
    bytes: directory.bytes(at, nameAt + nameLength - at).slice(),
  };
  const nameBytes = new TextDecoder("latin1").decode(directory.bytes(nameAt, nameLength).slice());
  return { entry, nameBytes };
}

/** What an entry should have instead, where no bitmap can be read by it. */
function wrongIn(
  { clusterSize, size }: Header,
  { tableOffset, tableSize, flags, granularity }: BitmapEntry,
  type: number,
): string | undefined {
  const { data, leastBits, mostBits } = bitmapLimits;
  if (type !== 1) return "type 1";
  if (flags > (inUseFlag | autoFlag | extraDataFlag)) return "no flags but 1, 2 and 4";
  if (granularity < 2 ** leastBits || granularity > 2 ** mostBits)
    return `a granularity of 2^${leastBits} to 2^${mostBits}`;
  if (tableOffset % clusterSize !== 0 || (tableOffset === 0 && size > 0))
    return `a table at a multiple of ${clusterSize}`;
  const needed = Math.ceil(Math.ceil(size / granularity) / 8 / clusterSize);
  // One that was not saved in order may still have the size of an earlier disk.
  const fits = (flags & inUseFlag) === 0 ? tableSize === needed : tableSize > 0;
  if (!fits) return `a table of ${needed} entries`;
  return tableSize * clusterSize <= data ? undefined : `${data} bytes of marks at most`;
}

const damaged = ({ name }: ByteSource, at: number, expected: string): ImageError =>
  new ImageError("invalid-table", `${name}: an entry of the bitmap directory is damaged`, {
    file: name,
    at,
    expected,
  });

/** The error itself, where it tells of damage. @throws ImageError `io`, and what is no ImageError. */
function lossIn(error: unknown): ImageError {
  if (!(error instanceof ImageError) || error.code === "io") throw error;
  return error;
}

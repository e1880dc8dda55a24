import { fields, type Fields } from "../../codec/fields";
import { ImageError } from "../../errors";
import type { ByteSource } from "../../io/source";
import { parallelsError } from "./parallels-error";

/** Offsets and sizes count sectors of this many bytes. */
export const sectorSize = 512;
/** Bytes of the header; the BAT follows it. */
export const headerSize = 64;
/** Bytes of an entry of the BAT. */
export const entrySize = 4;

/** What expanding images begin with: the older sort counts places in sectors, the newer in clusters. */
const magics = ["WithoutFreeSpace", "WithouFreSpacExt"] as const;
export type Magic = (typeof magics)[number];

/** "in_use" of an image that some program has open, or never closed. */
const inUseMagic = 0x746f6e59;

/** The header's fields by the specification's names. */
export interface Header {
  readonly magic: Magic;
  readonly heads: number;
  readonly cylinders: number;
  /** Sectors of a cluster, no power of two in old images. */
  readonly tracks: number;
  readonly nbBatEntries: number;
  readonly nbSectors: number;
  /** Whether the image was not closed. */
  readonly inUse: boolean;
  /** In sectors; 0 in images that leave it to the BAT's end. */
  readonly dataOff: number;
  /** "Empty Image": whatever the BAT says, there is nothing in it. */
  readonly isEmpty: boolean;
  /** Where the Format Extension is, in sectors; 0 when there is none. */
  readonly extOff: bigint;
}

/** The magic that the file begins with; undefined when it is no expanding image. */
export function magicOf(source: ByteSource): Magic | undefined {
  const bytes = new Uint8Array(16);
  if (source.size < bytes.length) return undefined;
  source.read(0, bytes);
  const found = fields(bytes, { order: "little" }).text(0, bytes.length);
  return magics.find((magic) => magic === found);
}

/**
 * Reads and checks the header of an expanding image, and that its BAT lies in the file and reaches to
 * the end of the disk.
 * @throws ImageError `not-this-format`, `unsupported` (version), `invalid-header`, `limit`, `truncated`, `io`.
 */
export function readHeader(source: ByteSource): Header {
  const magic = magicOf(source);
  if (magic === undefined)
    throw new ImageError("not-this-format", `${source.name} is no Parallels image`, {
      file: source.name,
      at: 0,
      expected: magics.join(" or "),
    });
  const bytes = new Uint8Array(headerSize);
  source.read(0, bytes);
  const file = fields(bytes, { order: "little", file: source.name });
  const version = file.u32(16);
  if (version !== 2)
    throw parallelsError("unsupported", source, `version ${version} is not supported`, {
      at: 16,
      expected: 2,
      found: version,
    });
  const header: Header = {
    magic,
    heads: file.u32(20),
    cylinders: file.u32(24),
    tracks: file.u32(28),
    nbBatEntries: file.u32(32),
    // Of the older sort only the lower half counts.
    nbSectors: magic === "WithoutFreeSpace" ? file.u32(36) : sectorsOf(source, file),
    inUse: file.u32(44) === inUseMagic,
    dataOff: file.u32(48),
    isEmpty: (file.u32(52) & 1) !== 0,
    extOff: file.bits64(56),
  };
  checkTable(source, header);
  return header;
}

function sectorsOf(source: ByteSource, file: Fields): number {
  const sectors = file.u64(36);
  if (Number.isSafeInteger(sectors * sectorSize)) return sectors;
  throw parallelsError("limit", source, `a disk of ${sectors} sectors is too large`, {
    at: 36,
    expected: "at most 2^53 - 1 bytes",
    found: sectors,
  });
}

function checkTable(source: ByteSource, { tracks, nbBatEntries, nbSectors }: Header): void {
  if (tracks === 0)
    throw parallelsError("invalid-header", source, "the cluster size is not allowed", {
      at: 28,
      expected: "at least 1 sector",
      found: 0,
    });
  const needed = Math.ceil(nbSectors / tracks);
  if (nbBatEntries < needed)
    throw parallelsError("invalid-header", source, "the BAT is too small for the disk", {
      at: 32,
      expected: `at least ${needed} entries`,
      found: nbBatEntries,
    });
  const length = nbBatEntries * entrySize;
  if (headerSize + length <= source.size) return;
  throw parallelsError("truncated", source, `the file ends before the end of the BAT`, {
    at: headerSize,
    expected: length,
    found: Math.max(0, source.size - headerSize),
  });
}

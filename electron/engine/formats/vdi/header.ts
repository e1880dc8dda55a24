import { fields, type Fields } from "../../codec/fields";
import { guidSize, guidText, nilGuid } from "../../codec/guid";
import { ImageError } from "../../errors";
import { pastEndOf } from "../../io/past-end";
import type { ByteSource } from "../../io/source";
import { headerError } from "../header-error";

/** VDI_IMAGE_SIGNATURE, at byte 64. */
export const signature = 0xbeda107f;
export const signatureAt = 64;
/** Bytes of VDIPREHEADER: 64 of text, signature, version. */
export const preHeaderSize = 72;
/** Bytes of VDIHEADER1PLUS, which follows it. */
export const header1PlusSize = 400;
/** Sizes count whole sectors of this many bytes. */
export const sectorSize = 512;
/** Bytes of a block map entry. */
export const entrySize = 4;

/** Byte offsets in the file of what every version has; cBlocksAllocated follows cBlocks. */
interface FieldPlaces {
  readonly type: number;
  readonly cbDisk: number;
  readonly cbBlock: number;
  readonly cBlocks: number;
  readonly uuids: number;
  /** UUIDs in the header: version 0 has none of the parent's modification. */
  readonly uuidCount: number;
  /** Where the header ends at the earliest. */
  readonly end: number;
}

/** VDIHEADER0. */
const places0: FieldPlaces = {
  type: 72,
  cbDisk: 352,
  cbBlock: 360,
  cBlocks: 364,
  uuids: 372,
  uuidCount: 3,
  end: 420,
};

/** VDIHEADER1, and VDIHEADER1PLUS, which begins alike. */
const places1: FieldPlaces = {
  type: 76,
  cbDisk: 368,
  cbBlock: 376,
  cBlocks: 384,
  uuids: 392,
  uuidCount: 4,
  end: 456,
};

/** VDIIMAGETYPE by its number. */
const imageTypes = { 1: "normal", 2: "fixed", 3: "undo", 4: "differencing" } as const;
type ImageType = (typeof imageTypes)[keyof typeof imageTypes];

/** The header's fields by VDICore.h's names. Sizes and offsets in bytes. */
export interface Header {
  /** e.g. "1.1". */
  readonly version: string;
  readonly type: ImageType;
  readonly flags: number;
  readonly comment: string;
  /** Where the block map begins. */
  readonly offBlocks: number;
  /** Where the file's block 0 begins. */
  readonly offData: number;
  /** Size of the disk, rounded up to whole sectors. */
  readonly size: number;
  /** Guest bytes of a block. */
  readonly cbBlock: number;
  /** Bytes before each block's guest bytes. */
  readonly cbBlockExtra: number;
  /** Entries of the block map. */
  readonly cBlocks: number;
  readonly cBlocksAllocated: number;
  readonly uuidCreate: string;
  readonly uuidModify: string;
  /** The parent's uuidCreate; `nilGuid` when there is none. */
  readonly uuidLinkage: string;
  /** The parent's uuidModify when the two were linked; `nilGuid` in version 0. */
  readonly uuidParentModify: string;
}

/** Whether free blocks are the parent's. */
export function hasParent({ type, uuidLinkage }: Header): boolean {
  return uuidLinkage !== nilGuid || type === "undo" || type === "differencing";
}

/** Whether these bytes have VDI's signature. */
export function hasSignature(source: ByteSource): boolean {
  if (source.size < preHeaderSize) return false;
  const bytes = new Uint8Array(4);
  source.read(signatureAt, bytes);
  return fields(bytes, { order: "little" }).u32(0) === signature;
}

/**
 * Reads and checks the header, and that the block map lies in the file.
 * @throws ImageError `not-this-format`, `unsupported` (version), `invalid-header`, `limit`, `truncated`, `io`.
 */
export function readHeader(source: ByteSource): Header {
  if (!hasSignature(source)) throw notVdi(source);
  const bytes = new Uint8Array(Math.min(source.size, places1.end));
  source.read(0, bytes);
  const file = fields(bytes, { order: "little", file: source.name });
  const major = file.u16(70);
  const version = `${major}.${file.u16(68)}`;
  if (major > 1) throw unsupportedVersion(source, version);
  const places = major === 0 ? places0 : places1;
  if (places === places1) checkHeaderSize(source, file.u32(72));
  const header = { version, ...readFields(source, file, places), ...readPlaces(file, places) };
  checkBlocks(source, header, places);
  return header;
}

function readFields(source: ByteSource, file: Fields, places: FieldPlaces) {
  const uuid = (index: number): string =>
    index < places.uuidCount
      ? guidText(file.bytes(places.uuids + index * guidSize, guidSize))
      : nilGuid;
  return {
    type: typeOf(source, file, places.type),
    flags: file.u32(places.type + 4),
    comment: file.text(places.type + 8, 256),
    size: sizeOf(source, file, places.cbDisk),
    cbBlock: blockSizeOf(source, file, places.cbBlock),
    cBlocks: file.u32(places.cBlocks),
    cBlocksAllocated: file.u32(places.cBlocks + 4),
    uuidCreate: uuid(0),
    uuidModify: uuid(1),
    uuidLinkage: uuid(2),
    uuidParentModify: uuid(3),
  };
}

/** Where map and data lie: in version 0 they follow the header and one another. */
function readPlaces(file: Fields, places: FieldPlaces) {
  const offBlocks = places.end;
  if (places === places0) {
    const offData = offBlocks + file.u32(places.cBlocks) * entrySize;
    return { offBlocks, offData, cbBlockExtra: 0 };
  }
  return { offBlocks: file.u32(340), offData: file.u32(344), cbBlockExtra: file.u32(380) };
}

function typeOf(source: ByteSource, file: Fields, at: number): ImageType {
  const found = file.u32(at);
  const type = (imageTypes as Readonly<Record<number, ImageType>>)[found];
  if (type !== undefined) return type;
  throw headerError(source, at, "the image type is unknown", { expected: "1 to 4", found });
}

function sizeOf(source: ByteSource, file: Fields, at: number): number {
  const size = Math.ceil(file.u64(at) / sectorSize) * sectorSize;
  if (Number.isSafeInteger(size)) return size;
  throw new ImageError("limit", `${source.name}: a disk of ${size} bytes is too large`, {
    file: source.name,
    at,
    expected: "at most 2^53 - 1",
    found: size,
  });
}

function blockSizeOf(source: ByteSource, file: Fields, at: number): number {
  const found = file.u32(at);
  if (found > 0 && found % sectorSize === 0) return found;
  const expected = `a multiple of ${sectorSize}, not 0`;
  throw headerError(source, at, "the block size is not allowed", { expected, found });
}

function checkHeaderSize(source: ByteSource, found: number): void {
  const least = places1.end - preHeaderSize;
  if (found >= least) return;
  const expected = `at least ${least}`;
  throw headerError(source, preHeaderSize, "the header is too short", { expected, found });
}

/** The map must be there, behind the header, and have an entry for every block of the disk. */
function checkBlocks(source: ByteSource, header: Header, places: FieldPlaces): void {
  const { size, cbBlock, cBlocks, offBlocks, offData } = header;
  const needed = Math.ceil(size / cbBlock);
  if (cBlocks < needed)
    throw headerError(source, places.cBlocks, "there are fewer blocks than the disk needs", {
      expected: `at least ${needed}`,
      found: cBlocks,
    });
  const expected = `at least ${places.end}`;
  if (offBlocks < places.end)
    throw headerError(source, 340, "the block map begins in the header", {
      expected,
      found: offBlocks,
    });
  if (offData < places.end)
    throw headerError(source, 344, "the data begins in the header", { expected, found: offData });
  const length = cBlocks * entrySize;
  if (offBlocks + length <= source.size) return;
  throw pastEndOf(source, "block map", offBlocks, length);
}

function notVdi(source: ByteSource): ImageError {
  return new ImageError("not-this-format", `${source.name} is no VDI image`, {
    file: source.name,
    at: signatureAt,
    expected: `0x${signature.toString(16)}`,
  });
}

function unsupportedVersion(source: ByteSource, version: string): ImageError {
  return new ImageError("unsupported", `${source.name}: VDI version ${version} is not supported`, {
    file: source.name,
    at: 68,
    expected: "0 or 1",
    found: version,
  });
}

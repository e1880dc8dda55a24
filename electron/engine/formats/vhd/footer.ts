import { fields } from "../../codec/fields";
import { ImageError } from "../../errors";
import { checksumOf } from "./checksum";

/** Bytes of the hard disk footer; Virtual PC before 2004 wrote one less. */
export const footerSize = 512;
export const footerCookie = "conectix";
export const footerChecksumAt = 64;
/** Offsets and sizes count sectors of this many bytes. */
export const sectorSize = 512;
/** "Data Offset" of a fixed disk, and of the dynamic disk header, which nothing follows. */
export const noDataOffset = 2n ** 64n - 1n;

/** "Disk Type" by its number; the other numbers are reserved or deprecated. */
export const diskTypes: Readonly<Record<number, DiskType>> = {
  2: "fixed",
  3: "dynamic",
  4: "differencing",
};
export type DiskType = "fixed" | "dynamic" | "differencing";

/** "Disk Geometry". */
export interface Geometry {
  readonly cylinders: number;
  readonly heads: number;
  readonly sectorsPerTrack: number;
}

/** The hard disk footer's fields by the specification's names. */
export interface Footer {
  readonly features: number;
  /** "File Format Version", e.g. "1.0". */
  readonly version: string;
  /** Byte offset of the dynamic disk header; meaningless for fixed disks. */
  readonly dataOffset: bigint;
  /** Seconds since 2000-01-01 UTC. */
  readonly timeStamp: number;
  /** Four characters as they are, blanks and NULs included. */
  readonly creatorApplication: string;
  /** e.g. "10.0". */
  readonly creatorVersion: string;
  readonly creatorHostOs: string;
  /** Bytes. */
  readonly originalSize: number;
  /** Bytes. */
  readonly currentSize: number;
  readonly geometry: Geometry;
  readonly diskType: DiskType;
  readonly uniqueId: string;
  readonly savedState: boolean;
}

/** Whether the footer's checksum is right. */
export function hasRightChecksum(bytes: Uint8Array): boolean {
  const stored = fields(bytes, { order: "big" }).u32(footerChecksumAt);
  return stored === checksumOf(bytes, footerChecksumAt);
}

/** The text form of a UUID, big-endian throughout as VHD stores it. */
export function uuidText(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** The unique ID of a disk that was given none. */
export const noUniqueId = uuidText(new Uint8Array(16));

/**
 * Reads a footer.
 * @param bytes 512 bytes.
 * @param at Where they lie in the file.
 * @throws ImageError `unsupported` (version, disk type), `limit` (a size past 2^53 - 1).
 */
export function readFooter(bytes: Uint8Array, file: string, at: number): Footer {
  const footer = fields(bytes, { order: "big", file, base: at });
  const versionOf = (from: number): string => `${footer.u16(from)}.${footer.u16(from + 2)}`;
  const version = versionOf(12);
  if (footer.u16(12) !== 1) throw unsupported(file, "version", version, at + 12, "1.0");
  const typeNumber = footer.u32(60);
  const diskType = diskTypes[typeNumber];
  if (diskType === undefined)
    throw unsupported(file, "disk type", typeNumber, at + 60, "2, 3 or 4");
  return {
    features: footer.u32(8),
    version,
    dataOffset: footer.bits64(16),
    timeStamp: footer.u32(24),
    creatorApplication: latin1(footer.bytes(28, 4)),
    creatorVersion: versionOf(32),
    creatorHostOs: latin1(footer.bytes(36, 4)),
    originalSize: footer.u64(40),
    currentSize: footer.u64(48),
    geometry: {
      cylinders: footer.u16(56),
      heads: footer.u8(58),
      sectorsPerTrack: footer.u8(59),
    },
    diskType,
    uniqueId: uuidText(footer.bytes(68, 16)),
    savedState: footer.u8(84) !== 0,
  };
}

/** One character a byte, so that nothing is lost. */
function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function unsupported(
  file: string,
  what: string,
  found: string | number,
  at: number,
  expected: string,
): ImageError {
  const message = `${file}: VHD ${what} ${found} is not supported`;
  return new ImageError("unsupported", message, { file, at, expected, found });
}

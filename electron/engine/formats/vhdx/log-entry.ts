import { fields, type Fields } from "../../codec/fields";
import { guidText } from "../../codec/guid";
import { checksumAt, checksumOf } from "./checksum";

/** The log is a ring of sectors of this many bytes ([MS-VHDX] 2.3.1). */
export const logSectorSize = 4096;
export const logEntrySignature = "loge";
export const zeroSignature = "zero";
export const dataDescriptorSignature = "desc";
export const dataSectorSignature = "data";
export const entryHeaderSize = 64;
export const descriptorSize = 32;

/** Bytes of the file that replaying gives new values; `bytes` are absent where they become zeros. */
export interface Patch {
  readonly at: number;
  /** Not included. */
  readonly end: number;
  readonly bytes?: Uint8Array;
}

/** The header of a log entry that is whole, by the specification's names ([MS-VHDX] 2.3.1.1). */
export interface LogEntry {
  /** Byte offset in the log. */
  readonly at: number;
  /** Bytes, header, descriptors and data sectors; a multiple of 4096. */
  readonly entryLength: number;
  /** Byte offset in the log of the oldest entry that was needed when this one was written. */
  readonly tail: number;
  readonly sequenceNumber: bigint;
  readonly descriptorCount: number;
  /** Bytes that the file must have, and the bytes it is to have, after this entry. */
  readonly flushedFileOffset: bigint;
  readonly lastFileOffset: bigint;
  /** The entry in one piece. */
  readonly bytes: Uint8Array;
}

/** The log region as a ring. */
export interface Ring {
  /** Bytes, a multiple of 4096. */
  readonly length: number;
  /** `length` bytes from `at` on, past the end from the beginning; 0 <= at < the ring's length. */
  read(at: number, length: number): Uint8Array;
}

/** Bytes of header and descriptors, in whole sectors. */
export function descriptorAreaSize(descriptorCount: number): number {
  const bytes = entryHeaderSize + descriptorCount * descriptorSize;
  return Math.ceil(bytes / logSectorSize) * logSectorSize;
}

/**
 * The length that the sector at `at` claims for an entry of this log beginning there; undefined when
 * none begins there.
 */
export function claimedLength(ring: Ring, at: number, logGuid: string): number | undefined {
  const header = fields(ring.read(at, entryHeaderSize), { order: "little" });
  if (header.text(0, 4) !== logEntrySignature || guidText(header.bytes(32, 16)) !== logGuid)
    return undefined;
  const length = header.u32(8);
  const fits = length > 0 && length % logSectorSize === 0 && length <= ring.length;
  return fits ? length : undefined;
}

/** The entry of `length` bytes at `at`; undefined when it is not whole. */
export function readLogEntry(ring: Ring, at: number, length: number): LogEntry | undefined {
  const bytes = ring.read(at, length);
  const header = fields(bytes, { order: "little" });
  if (header.u32(checksumAt) !== checksumOf(bytes)) return undefined;
  const entry: LogEntry = {
    at,
    entryLength: length,
    tail: header.u32(12),
    sequenceNumber: header.bits64(16),
    descriptorCount: header.u32(24),
    flushedFileOffset: header.bits64(48),
    lastFileOffset: header.bits64(56),
    bytes,
  };
  const tailFits = entry.tail % logSectorSize === 0 && entry.tail < ring.length;
  return tailFits && entry.sequenceNumber > 0n && isWhole(entry, header) ? entry : undefined;
}

/** Whether every descriptor and data sector is this entry's, and all of them are there. */
function isWhole(entry: LogEntry, header: Fields): boolean {
  const { descriptorCount, entryLength, sequenceNumber } = entry;
  const areaSize = descriptorAreaSize(descriptorCount);
  if (areaSize > entryLength) return false;
  let dataSectors = 0;
  for (let index = 0; index < descriptorCount; index += 1) {
    const at = entryHeaderSize + index * descriptorSize;
    const signature = header.text(at, 4);
    if (signature === dataDescriptorSignature) dataSectors += 1;
    else if (signature !== zeroSignature) return false;
    if (header.bits64(at + 24) !== sequenceNumber) return false;
  }
  if (areaSize + dataSectors * logSectorSize !== entryLength) return false;
  for (let sector = areaSize; sector < entryLength; sector += logSectorSize) {
    const number =
      (BigInt(header.u32(sector + 4)) << 32n) + BigInt(header.u32(sector + logSectorSize - 4));
    if (header.text(sector, 4) !== dataSectorSignature || number !== sequenceNumber) return false;
  }
  return true;
}

/**
 * What an entry changes in the file, in the order of its descriptors ([MS-VHDX] 2.3.1.2, 2.3.1.3).
 * @throws ImageError `limit` for an offset past 2^53 - 1.
 */
export function patchesOf({ bytes, descriptorCount }: LogEntry, file: string): Patch[] {
  const entry = fields(bytes, { order: "little", file });
  const patches: Patch[] = [];
  let sectorAt = descriptorAreaSize(descriptorCount);
  for (let index = 0; index < descriptorCount; index += 1) {
    const descriptor = entryHeaderSize + index * descriptorSize;
    const at = entry.u64(descriptor + 16);
    if (entry.text(descriptor, 4) === zeroSignature) {
      patches.push({ at, end: at + entry.u64(descriptor + 8) });
      continue;
    }
    // The sector's first 8 and last 4 bytes made room for its signature and sequence number.
    const sector = entry.bytes(sectorAt, logSectorSize).slice();
    sector.set(entry.bytes(descriptor + 8, 8), 0);
    sector.set(entry.bytes(descriptor + 4, 4), logSectorSize - 4);
    patches.push({ at, end: at + logSectorSize, bytes: sector });
    sectorAt += logSectorSize;
  }
  return patches;
}

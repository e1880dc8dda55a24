import { crc32 } from "../codec/crc32";
import { fields, type Fields } from "../codec/fields";

/** Bytes that a disk reads as from `at` on, in place of its own. */
export interface Patch {
  /** Guest offset in bytes. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Reads `length` guest bytes at `at`; both within the disk as it is. */
export type ReadGuest = (at: number, length: number) => Uint8Array;

const SIGNATURE = "EFI PART";
/** A table is 16 KiB on real disks; a stranger's longer one is left where it is. */
const LONGEST_TABLE = 1024 * 1024;
const SECTOR_SIZES = [512, 4096];

/** A GPT header that its checksums vouch for (UEFI specification, 5.3.2), in logical blocks. */
interface GptHeader {
  readonly bytes: Uint8Array;
  readonly sectorSize: number;
  readonly ownAt: number;
  readonly otherAt: number;
  readonly firstUsable: number;
  readonly lastUsable: number;
  readonly table: Uint8Array;
  readonly tableAt: number;
  /** The last block of any partition; 0 without one. */
  readonly lastUsed: number;
}

/**
 * What has to change on a disk that grows from `size` to `newSize` bytes so that its GUID partition
 * table stands at both ends again: the backup header and its entries at the new end, the old ones
 * blanked, both headers' fields and checksums, the protective MBR's size. Empty when there is no
 * sound GPT or no room to move it to: then the disk keeps what it has. Patches do not overlap.
 * @throws what `read` throws.
 */
export function moveGptBackup(read: ReadGuest, size: number, newSize: number): Patch[] {
  for (const sectorSize of SECTOR_SIZES) {
    if (size < 3 * sectorSize) continue;
    const header = readHeader(read, size, sectorSize, 1);
    if (header) return patchesFor(header, read, size, Math.floor(newSize / sectorSize) - 1);
  }
  return [];
}

function patchesFor(header: GptHeader, read: ReadGuest, size: number, last: number): Patch[] {
  const { sectorSize, table, tableAt } = header;
  const tableSectors = Math.ceil(table.length / sectorSize);
  const lastUsable = last - tableSectors - 1;
  const free = Math.max(header.firstUsable, header.lastUsed, tableAt + tableSectors) <= lastUsable;
  if (last <= header.otherAt || !free) return [];

  const primary = changed(header, { ownAt: 1, otherAt: last, lastUsable, tableAt });
  const backupTableAt = last - tableSectors;
  const backup = changed(header, {
    ownAt: last,
    otherAt: 1,
    lastUsable,
    tableAt: backupTableAt,
  });
  const end = new Uint8Array((tableSectors + 1) * sectorSize);
  end.set(table);
  end.set(backup, tableSectors * sectorSize);
  const mbr = protectiveMbr(read(0, 512), last);
  return [
    ...(mbr ? [{ at: 0, bytes: mbr }] : []),
    { at: sectorSize, bytes: primary },
    ...blanked(oldBackup(header, read, size), backupTableAt * sectorSize),
    { at: backupTableAt * sectorSize, bytes: end },
  ];
}

/** The header at a block, with its table; undefined unless both are sound. */
function readHeader(
  read: ReadGuest,
  size: number,
  sectorSize: number,
  block: number,
): GptHeader | undefined {
  const sectors = Math.floor(size / sectorSize);
  if (block < 1 || block >= sectors) return undefined;
  const bytes = read(block * sectorSize, sectorSize);
  const field = fields(bytes, { order: "little" });
  if (field.text(0, 8) !== SIGNATURE) return undefined;
  const headerSize = field.u32(12);
  if (headerSize < 92 || headerSize > sectorSize) return undefined;
  if (headerChecksum(bytes, headerSize) !== field.u32(16)) return undefined;
  const [ownAt, otherAt, firstUsable, lastUsable, tableAt] = [24, 32, 40, 48, 72].map((at) =>
    block64(field, at),
  );
  const length = field.u32(80) * field.u32(84);
  if (ownAt !== block || otherAt === undefined || firstUsable === undefined) return undefined;
  if (lastUsable === undefined || tableAt === undefined) return undefined;
  const entrySize = field.u32(84);
  if (length === 0 || length > LONGEST_TABLE || entrySize < 128) return undefined;
  if (tableAt < 1 || tableAt * sectorSize + length > size) return undefined;
  const table = read(tableAt * sectorSize, length);
  if (crc32(table) !== field.u32(88)) return undefined;
  const lastUsed = lastBlockOf(table, entrySize);
  if (lastUsed === undefined) return undefined;
  const about = { ownAt, otherAt, firstUsable, lastUsable, tableAt };
  return { bytes, sectorSize, ...about, table, lastUsed };
}

/** A number of a block; undefined past 2^53 - 1. */
function block64(field: Fields, at: number): number | undefined {
  const value = field.bits64(at);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
}

/** The last block of all partitions; undefined when one ends beyond all bounds. */
function lastBlockOf(table: Uint8Array, entrySize: number): number | undefined {
  let last = 0;
  for (let at = 0; at + entrySize <= table.length; at += entrySize) {
    // An entry whose partition type is zero is not used.
    if (table.subarray(at, at + 16).every((byte) => byte === 0)) continue;
    const end = block64(fields(table, { order: "little" }), at + 40);
    if (end === undefined) return undefined;
    last = Math.max(last, end);
  }
  return last;
}

/** The header's block with other places in it, and the checksum that fits them. */
function changed(
  { bytes }: GptHeader,
  to: Pick<GptHeader, "ownAt" | "otherAt" | "lastUsable" | "tableAt">,
): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  const set = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true);
  set(24, to.ownAt);
  set(32, to.otherAt);
  set(48, to.lastUsable);
  set(72, to.tableAt);
  view.setUint32(16, headerChecksum(copy, view.getUint32(12, true)), true);
  return copy;
}

/** The checksum of a header, its own field counted as zero. */
function headerChecksum(bytes: Uint8Array, headerSize: number): number {
  const copy = bytes.slice(0, headerSize);
  copy.fill(0, 16, 20);
  return crc32(copy);
}

/** Where the backup lies that the primary header names: table and header; nothing unless it is sound. */
function oldBackup(
  header: GptHeader,
  read: ReadGuest,
  size: number,
): { from: number; to: number }[] {
  const { sectorSize, lastUsable, lastUsed } = header;
  const backup = readHeader(read, size, sectorSize, header.otherAt);
  if (backup?.otherAt !== 1 || !sameDisk(backup, header)) return [];
  const tableEnd = backup.tableAt + Math.ceil(backup.table.length / sectorSize);
  if (backup.tableAt <= Math.max(lastUsable, lastUsed) || tableEnd > backup.ownAt) return [];
  return [
    { from: backup.tableAt * sectorSize, to: tableEnd * sectorSize },
    { from: backup.ownAt * sectorSize, to: (backup.ownAt + 1) * sectorSize },
  ];
}

/** Whether both carry the same disk GUID: another disk's backup is not ours to remove. */
function sameDisk(a: GptHeader, b: GptHeader): boolean {
  return a.bytes.subarray(56, 72).every((byte, at) => byte === b.bytes[56 + at]);
}

/** Zeros over these stretches as far as they lie before `end`. */
function blanked(stretches: readonly { from: number; to: number }[], end: number): Patch[] {
  return stretches.flatMap(({ from, to }) => {
    const length = Math.min(to, end) - from;
    return length > 0 ? [{ at: from, bytes: new Uint8Array(length) }] : [];
  });
}

/**
 * The protective MBR for a disk whose last block is `last` (UEFI specification, 5.2.3); undefined
 * for one that is none, or that tells of other partitions too.
 */
function protectiveMbr(bytes: Uint8Array, last: number): Uint8Array | undefined {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  const entries = [446, 462, 478, 494];
  const used = entries.filter((at) => view.getUint8(at + 4) !== 0);
  const [only] = used;
  if (view.getUint16(510, true) !== 0xaa55 || only === undefined || used.length > 1)
    return undefined;
  if (view.getUint8(only + 4) !== 0xee || view.getUint32(only + 8, true) !== 1) return undefined;
  view.setUint32(only + 12, Math.min(last, 0xffffffff), true);
  return copy;
}

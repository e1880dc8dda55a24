import { fields, putFields } from "../../../codec/fields";
import { ImageError } from "../../../errors";
import type { ByteSource } from "../../../io/source";
import { limits, type Header } from "../header";
import type { ImageTables } from "./image";
import { readTableEntries, tooManySnapshots, type TableEntries } from "../snapshots";

/** Bytes of an entry before its extra data. */
const fixedLength = 40;
/** Bytes of extra data that Lamina accepts, as qemu does, and writes: today's three fields. */
const mostExtra = 1024;
const writtenExtra = 24;
/** Bytes of a name that qemu keeps. */
const mostName = 255;

/** One entry of the snapshot table (specification, "Snapshots"). */
export interface SnapshotEntry {
  readonly l1TableOffset: number;
  readonly l1Size: number;
  readonly id: string;
  readonly name: string;
  /** Bytes of the disk when the snapshot was taken; absent in entries of old writers. */
  readonly diskSize?: number;
  /** Bytes. */
  readonly vmStateSize: number;
  /** The entry as it lies in the file, padding left off: what Lamina does not know goes on in it. */
  readonly bytes: Uint8Array;
}

/** Reads the snapshot table as far as it can be read. @throws ImageError `io`. */
export const readSnapshotTable = (file: ByteSource, header: Header): TableEntries<SnapshotEntry> =>
  readTableEntries(file, header, (table, at) => {
    const entry = readEntry(table, at);
    return { length: entry.bytes.length, entry };
  });

function readEntry(table: ByteSource, at: number): SnapshotEntry {
  const layout = { order: "big", file: table.name, base: at } as const;
  const fixedBytes = new Uint8Array(fixedLength);
  table.read(at, fixedBytes);
  const fixed = fields(fixedBytes, layout);
  const extra = fixed.u32(36);
  if (extra > mostExtra) {
    throw new ImageError("limit", `${table.name}: a snapshot has too much extra data`, {
      file: table.name,
      at: at + 36,
      expected: `at most ${mostExtra} bytes`,
      found: extra,
    });
  }
  const idLength = fixed.u16(12);
  const nameLength = fixed.u16(14);
  const idAt = fixedLength + extra;
  const bytes = new Uint8Array(idAt + idLength + nameLength);
  table.read(at, bytes);
  const entry = fields(bytes, layout);
  return {
    l1TableOffset: entry.u64(0),
    l1Size: entry.u32(8),
    id: entry.text(idAt, idLength),
    name: entry.text(idAt + idLength, nameLength),
    ...(extra >= 16 && { diskSize: entry.u64(48) }),
    vmStateSize: extra >= 8 ? entry.u64(40) : entry.u32(32),
    bytes,
  };
}

/** What a new snapshot is called and when it was taken. */
export interface NewSnapshot {
  readonly name: string;
  /** Seconds since 1970, and nanoseconds of the second. */
  readonly dateSeconds: number;
  readonly dateNanoseconds: number;
}

/** The bytes of a new entry without machine state. @throws ImageError `invalid-argument` for its name. */
export function newEntry(
  { name, dateSeconds, dateNanoseconds }: NewSnapshot,
  id: string,
  disk: { readonly l1TableOffset: number; readonly l1Size: number; readonly size: number },
): Uint8Array {
  const idBytes = new TextEncoder().encode(id);
  const nameBytes = nameOf(name);
  const idAt = fixedLength + writtenExtra;
  const bytes = new Uint8Array(idAt + idBytes.length + nameBytes.length);
  const put = putFields(bytes, "big");
  put.u64(0, disk.l1TableOffset);
  put.u32(8, disk.l1Size);
  put.u16(12, idBytes.length);
  put.u16(14, nameBytes.length);
  put.u32(16, dateSeconds);
  put.u32(20, dateNanoseconds);
  put.u32(36, writtenExtra);
  put.u64(48, disk.size);
  // No count of executed instructions was recorded.
  put.u64(56, 2n ** 64n - 1n);
  put.bytes(idAt, idBytes);
  put.bytes(idAt + idBytes.length, nameBytes);
  return bytes;
}

/** The bytes of `entry` under another name. @throws ImageError `invalid-argument` for the name. */
export function renamedEntry({ bytes }: SnapshotEntry, name: string): Uint8Array {
  const nameBytes = nameOf(name);
  const old = fields(bytes, { order: "big" });
  const nameAt = fixedLength + old.u32(36) + old.u16(12);
  const renamed = new Uint8Array(nameAt + nameBytes.length);
  renamed.set(bytes.subarray(0, nameAt));
  renamed.set(nameBytes, nameAt);
  putFields(renamed, "big").u16(14, nameBytes.length);
  return renamed;
}

/** The snapshot table of these entries. @throws ImageError `limit` for too many. */
export function snapshotTableOf(file: ByteSource, entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length > limits.snapshots) throw tooManySnapshots(file, entries.length);
  const table = new Uint8Array(entries.reduce((sum, { length }) => sum + padded(length), 0));
  let at = 0;
  for (const entry of entries) {
    table.set(entry, at);
    at += padded(entry.length);
  }
  return table;
}

/** Bytes that the snapshot table takes. */
export const snapshotTableLength = (entries: readonly SnapshotEntry[]): number =>
  entries.reduce((sum, { bytes }) => sum + padded(bytes.length), 0);

/**
 * Whether entries of the snapshot table lie past the file's end, so that nothing in the file tells of
 * their snapshots. `image` is what could be read of it.
 */
export function isTableCutOff(
  image: Pick<ImageTables, "file" | "header" | "snapshots" | "lostSnapshots">,
): boolean {
  if (image.lostSnapshots?.code !== "truncated") return false;
  const next = image.header.snapshotsOffset + snapshotTableLength(image.snapshots);
  return next + fixedLength > image.file.size;
}

const padded = (length: number): number => Math.ceil(length / 8) * 8;

function nameOf(name: string): Uint8Array {
  const bytes = new TextEncoder().encode(name);
  if (bytes.length <= mostName && !bytes.includes(0)) return bytes;
  throw new ImageError("invalid-argument", "The snapshot's name is too long or holds a NUL", {
    expected: `at most ${mostName} bytes`,
    found: bytes.length,
  });
}

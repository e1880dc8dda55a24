import type { SnapshotFacts } from "../../../../shared/model/facts";
import { fields } from "../../codec/fields";
import { ImageError } from "../../errors";
import { withPageCache } from "../../io/page-cache";
import type { ByteSource } from "../../io/source";
import { hasExtendedL2, l2EntriesOf, limits, type Header } from "./header";
import { requireTable } from "./tables";

/** Bytes of an entry before its extra data. */
const fixedLength = 40;
/** Bytes of extra data that Lamina accepts, as qemu does: today's fields take 24. */
const mostExtra = 1024;

/** An entry of the snapshot table. */
export interface Snapshot {
  readonly facts: SnapshotFacts;
  /** Byte offset of the entry in the file. */
  readonly at: number;
  readonly l1TableOffset: number;
  /** Entries of its L1 table. */
  readonly l1Size: number;
}

/** The entries of a snapshot table. */
export interface TableEntries<T> {
  /** All, or those before the first that cannot be read. */
  readonly entries: readonly T[];
  /** Why there are no more, when some cannot be read: `limit`, `invalid-table`, `truncated`. */
  readonly lost?: ImageError;
}

/**
 * Reads the snapshot table (specification, "Snapshots"), entry by entry: its length is known only
 * at its end.
 * @param read Reads the entry at a byte, and says how many bytes it takes without its padding.
 * @throws ImageError `io`.
 */
export function readTableEntries<T>(
  source: ByteSource,
  header: Header,
  read: (table: ByteSource, at: number) => { readonly length: number; readonly entry: T },
): TableEntries<T> {
  const { nbSnapshots: count, snapshotsOffset: offset } = header;
  const entries: T[] = [];
  if (count === 0) return { entries };
  try {
    if (count > limits.snapshots) throw tooManySnapshots(source, count);
    requireTable(source, header, {
      name: "snapshot table",
      offset,
      saidAt: 64,
      length: fixedLength,
    });
    const table = withPageCache(source, { pages: 2 });
    for (let at = offset; entries.length < count;) {
      const { length, entry } = read(table, at);
      entries.push(entry);
      at += Math.ceil(length / 8) * 8;
    }
    return { entries };
  } catch (error) {
    if (!(error instanceof ImageError) || error.code === "io") throw error;
    return { entries, lost: error };
  }
}

/** The snapshots as far as their table can be read. @throws ImageError `io`. */
export const readSnapshotsThere = (source: ByteSource, header: Header): TableEntries<Snapshot> =>
  readTableEntries(source, header, readEntry);

/** All snapshots. @throws ImageError `limit`, `invalid-table`, `truncated`, `io`. */
export function readSnapshots(source: ByteSource, header: Header): readonly Snapshot[] {
  const { entries, lost } = readSnapshotsThere(source, header);
  if (lost) throw lost;
  return entries;
}

/** The `limit` error for more snapshots than an image may have. */
export function tooManySnapshots({ name }: ByteSource, count: number): ImageError {
  return new ImageError("limit", `${name}: ${count} snapshots are too many`, {
    file: name,
    at: 60,
    expected: `at most ${limits.snapshots}`,
    found: count,
  });
}

/**
 * The header as it was when a snapshot was made: the disk's size and L1 table are the snapshot's.
 * Machine state, which lies behind the disk's end, is no part of it.
 * @throws ImageError `invalid-argument` when there is no snapshot `index`, `invalid-table`.
 */
export function atSnapshot(
  source: ByteSource,
  header: Header,
  snapshots: readonly Snapshot[],
  index: number,
): Header {
  const snapshot = snapshots[index];
  if (snapshot === undefined) {
    throw new ImageError("invalid-argument", `${source.name} has no snapshot ${index}`, {
      file: source.name,
      expected: `below ${snapshots.length}`,
      found: index,
    });
  }
  const { l1TableOffset, l1Size, at, facts } = snapshot;
  // Entries from before version 3 need not tell the size: disks could not be resized then.
  const size = Math.floor((facts.diskSize ?? header.size) / 512) * 512;
  const guestBytesPerEntry =
    l2EntriesOf(header.clusterSize, hasExtendedL2(header)) * header.clusterSize;
  const needed = Math.ceil(size / guestBytesPerEntry);
  if (l1Size >= needed) return { ...header, size, l1TableOffset, l1Size };
  throw new ImageError("invalid-table", `${source.name}: a snapshot's L1 table is too small`, {
    file: source.name,
    at: at + 8,
    expected: `at least ${needed} entries`,
    found: l1Size,
  });
}

function readEntry(table: ByteSource, at: number): { length: number; entry: Snapshot } {
  const layout = { order: "big", file: table.name, base: at } as const;
  const fixedBytes = new Uint8Array(fixedLength);
  table.read(at, fixedBytes);
  const fixed = fields(fixedBytes, layout);
  const idLength = fixed.u16(12);
  const nameLength = fixed.u16(14);
  const extraLength = fixed.u32(36);
  if (extraLength > mostExtra) {
    throw new ImageError("limit", `${table.name}: a snapshot has too much extra data`, {
      file: table.name,
      at: at + 36,
      expected: `at most ${mostExtra} bytes`,
      found: extraLength,
    });
  }
  const idAt = fixedLength + extraLength;
  const used = idAt + idLength + nameLength;
  const bytes = new Uint8Array(used);
  table.read(at, bytes);
  const read = fields(bytes, layout);
  // The executed instructions are all ones when they were not recorded.
  const icount = extraLength >= 24 ? read.bits64(56) : 2n ** 64n - 1n;
  const facts = {
    id: read.text(idAt, idLength),
    name: read.text(idAt + idLength, nameLength),
    dateSeconds: read.u32(16),
    dateNanoseconds: read.u32(20),
    vmClockNanoseconds: read.bits64(24).toString(),
    vmStateSize: extraLength >= 8 ? read.u64(40) : read.u32(32),
    ...(extraLength >= 16 && { diskSize: read.u64(48) }),
    ...(icount !== 2n ** 64n - 1n && { icount: icount.toString() }),
  };
  return {
    length: used,
    entry: { facts, at, l1TableOffset: read.u64(0), l1Size: read.u32(8) },
  };
}

import type { InsideFinding, Partition } from "../../../shared/model/inside";
import type { ByteSource } from "../io/source";
import type { Fields } from "../codec/fields";
import { partitionKind } from "./partition-kinds";
import { windowOf } from "./window";

/** An MBR counts in sectors of 512 bytes, whatever the disk's own are. */
export const mbrSectorSize = 512;

/** Where the four entries begin, and how long one is (UEFI specification 5.2.1). */
const firstEntry = 446;
const entrySize = 16;

/** Logical partitions followed; Linux takes at most 251 more, and no real disk has these. */
const mostLogical = 124;

/** A Master Boot Record. */
export interface Mbr {
  /** Entries in use: those with a length. The extended partition is one of them, its logical ones follow. */
  readonly partitions: readonly Partition[];
  readonly bootCode: boolean;
  readonly findings: readonly InsideFinding[];
}

interface Entry {
  readonly active: boolean;
  readonly type: number;
  /** Sectors; what it counts from depends on where the entry lies. */
  readonly start: number;
  readonly sectors: number;
}

/**
 * The MBR in the first sector, with the logical partitions of its extended one; undefined when there
 * is none. A boot sector of a file system has the same signature: it passes only when its entries
 * could be a table's.
 * @throws ImageError as the source's `read`.
 */
export function readMbr(source: ByteSource): Mbr | undefined {
  const sector = windowOf(source, 0, mbrSectorSize);
  const entries = sector && entriesOf(sector);
  if (sector === undefined || entries === undefined) return undefined;
  const primary = entries.flatMap((entry, index) =>
    entry.sectors === 0 ? [] : [partitionOf(entry, index + 1, entry.start)],
  );
  const extended = entries.find(({ type, sectors }) => sectors > 0 && isExtended(type));
  const { partitions, findings } = extended
    ? logicalPartitions(source, extended)
    : { partitions: [], findings: [] };
  return {
    partitions: [...primary, ...partitions],
    bootCode: sector.bytes(0, 440).some((byte) => byte !== 0),
    findings,
  };
}

function isExtended(type: number): boolean {
  return type === 0x05 || type === 0x0f || type === 0x85;
}

/** The four entries; undefined when the sector is no table: without signature, or with impossible flags. */
function entriesOf(sector: Fields): Entry[] | undefined {
  if (sector.u16(510) !== 0xaa55) return undefined;
  const flags = [0, 1, 2, 3].map((index) => sector.u8(firstEntry + index * entrySize));
  if (!flags.every((flag) => flag === 0 || flag === 0x80)) return undefined;
  return flags.map((flag, index) => {
    const at = firstEntry + index * entrySize;
    return {
      active: flag === 0x80,
      type: sector.u8(at + 4),
      start: sector.u32(at + 8),
      sectors: sector.u32(at + 12),
    };
  });
}

/**
 * Follows the extended boot records: each tells one logical partition, counted from itself, and where
 * the next record lies, counted from the extended partition.
 */
function logicalPartitions(
  source: ByteSource,
  extended: Entry,
): Pick<Mbr, "partitions" | "findings"> {
  const partitions: Partition[] = [];
  const seen = new Set<number>();
  for (let record = 0; ;) {
    const sector = extended.start + record;
    const at = sector * mbrSectorSize;
    const view = windowOf(source, at, mbrSectorSize);
    const entries = view && entriesOf(view);
    const damaged = entries === undefined || seen.has(record) || record >= extended.sectors;
    if (damaged) return { partitions, findings: [{ id: "mbr-extended-damaged", at }] };
    if (partitions.length === mostLogical)
      return { partitions, findings: [{ id: "more-partitions", at }] };
    seen.add(record);
    const [own, next] = entries;
    if (own !== undefined && own.sectors > 0)
      partitions.push(partitionOf(own, 5 + partitions.length, sector + own.start));
    if (next === undefined || next.sectors === 0) return { partitions, findings: [] };
    record = next.start;
  }
}

/** @param start Sectors from the disk's beginning. */
function partitionOf({ active, type, sectors }: Entry, number: number, start: number): Partition {
  const code = type.toString(16).padStart(2, "0");
  const kind = partitionKind(code);
  return {
    number,
    start: start * mbrSectorSize,
    length: sectors * mbrSectorSize,
    type: code,
    ...(kind !== undefined && { kind }),
    bootable: active,
  };
}

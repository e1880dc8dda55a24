import type { Partition } from "../../../shared/model/inside";
import { crc32 } from "../codec/crc32";
import type { Fields } from "../codec/fields";
import { guidSize, guidText, nilGuid } from "../codec/guid";
import type { ByteSource } from "../io/source";
import { partitionKind } from "./partition-kinds";
import { shownLabel, wide, windowOf } from "./window";

/** Sector sizes that disks have, in bytes: the header tells its own only by where it lies. */
export const sectorSizes = [512, 4096] as const;

/** Least bytes of a header, and of an entry (UEFI specification 5.3.2 and 5.3.3). */
const leastHeader = 92;
const leastEntry = 128;

/** The most bytes of entries that are read: 64 times what every partitioner makes. */
const mostEntryBytes = 1024 * 1024;

/** A GPT header with its partitions, both CRCs right. */
export interface GptHeader {
  readonly sectorSize: number;
  /** Sector of the other header. */
  readonly alternate: number;
  readonly partitions: readonly Partition[];
}

/**
 * The GPT header in sector `sector`: "absent" without its signature, "damaged" when a CRC or a field
 * is wrong (UEFI specification 5.3.2).
 * @throws ImageError as the source's `read`.
 */
export function readGptHeader(
  source: ByteSource,
  sector: number,
  sectorSize: number,
): GptHeader | "absent" | "damaged" {
  const view = windowOf(source, sector * sectorSize, sectorSize);
  if (view === undefined || view.text(0, 8) !== "EFI PART") return "absent";
  const length = view.u32(12);
  if (length < leastHeader || length > sectorSize) return "damaged";
  if (view.u32(16) !== headerCrc(view, length)) return "damaged";
  // A header that was moved elsewhere still names the place it was made for.
  if (view.bits64(24) !== BigInt(sector)) return "damaged";
  const entries = entriesOf(source, view, sectorSize);
  if (entries === undefined) return "damaged";
  return {
    sectorSize,
    alternate: safe(view.bits64(32)),
    partitions: partitionsOf(entries, view.u32(84), sectorSize),
  };
}

/** The CRC of the header, its own field taken for zero. */
function headerCrc(view: Fields, length: number): number {
  const bytes = view.bytes(0, length).slice();
  bytes.fill(0, 16, 20);
  return crc32(bytes);
}

/** The partition entry array; undefined when it lies outside the disk, is too long or its CRC is wrong. */
function entriesOf(source: ByteSource, header: Fields, sectorSize: number): Fields | undefined {
  const count = header.u32(80);
  const size = header.u32(84);
  if (size < leastEntry || size > sectorSize || size % 8 !== 0) return undefined;
  if (count * size > mostEntryBytes) return undefined;
  const entries = windowOf(source, safe(header.bits64(72)) * sectorSize, count * size);
  return entries && crc32(entries.bytes(0, entries.length)) === header.u32(88)
    ? entries
    : undefined;
}

function partitionsOf(entries: Fields, size: number, sectorSize: number): Partition[] {
  const partitions: Partition[] = [];
  for (let at = 0; at + size <= entries.length; at += size) {
    const type = guidText(entries.bytes(at, guidSize));
    if (type === nilGuid) continue;
    const first = safe(entries.bits64(at + 32));
    const last = safe(entries.bits64(at + 40));
    const kind = partitionKind(type);
    const name = shownLabel(wide(entries, at + 56, 72));
    partitions.push({
      number: at / size + 1,
      start: first * sectorSize,
      length: Math.max(0, last - first + 1) * sectorSize,
      type,
      ...(kind !== undefined && { kind }),
      ...(name !== undefined && { name }),
      // Attribute bit 2: legacy BIOS bootable.
      bootable: (entries.u8(at + 48) & 4) !== 0,
    });
  }
  return partitions;
}

/** Sectors past any disk that there can be stay past its end, and stay exact in bytes. */
function safe(sector: bigint): number {
  const most = BigInt(Number.MAX_SAFE_INTEGER) / 8192n;
  return Number(sector < most ? sector : most);
}

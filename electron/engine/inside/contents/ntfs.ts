import type { Content } from "../../../../shared/model/inside";
import type { Fields } from "../../codec/fields";
import type { ByteSource } from "../../io/source";
import { shownLabel, wide, windowOf } from "../window";

/** The file $Volume is record 3 of the master file table; its attribute 0x60 holds the label. */
const volumeRecord = 3;
const volumeName = 0x60;
const endOfAttributes = 0xffffffff;

/** Windows' file systems that have their name at byte 3 of the boot sector: NTFS, BitLocker, ReFS. */
export function ntfs(source: ByteSource): Content | undefined {
  const view = windowOf(source, 0, 512);
  if (view === undefined) return undefined;
  const name = view.text(3, 8);
  if (name === "-FVE-FS-") return { kind: "bitlocker" };
  if (name === "ReFS" && view.text(16, 4) === "FSRS")
    return { kind: "refs", size: view.u64(24) * view.u32(32) };
  if (name !== "NTFS    ") return undefined;
  const sectorSize = view.u16(11);
  if (![256, 512, 1024, 2048, 4096].includes(sectorSize)) return undefined;
  const label = labelOf(source, view, sectorSize);
  // The last sector is the boot sector's copy, which the count leaves out.
  return { kind: "ntfs", ...(label && { label }), size: (view.u64(40) + 1) * sectorSize };
}

function labelOf(source: ByteSource, boot: Fields, sectorSize: number): string | undefined {
  // Above 128 both are powers of two, written as negative numbers.
  const perCluster = signed(boot.u8(13));
  const clusterSize = sectorSize * (perCluster > 0 ? perCluster : 2 ** -perCluster);
  const perRecord = signed(boot.u8(64));
  const recordSize = perRecord > 0 ? perRecord * clusterSize : 2 ** -perRecord;
  if (recordSize < 512 || recordSize > 65536) return undefined;
  const record = windowOf(
    source,
    boot.u64(48) * clusterSize + volumeRecord * recordSize,
    recordSize,
  );
  if (record === undefined || record.text(0, 4) !== "FILE") return undefined;
  // Records hold dozens of attributes at most, each at least 24 bytes.
  for (let at = record.u16(20); at + 24 <= record.length;) {
    const type = record.u32(at);
    const length = record.u32(at + 4);
    if (type === endOfAttributes || length < 24) return undefined;
    const resident = record.u8(at + 8) === 0;
    const value = at + record.u16(at + 20);
    const bytes = record.u32(at + 16);
    if (type === volumeName && resident && bytes <= 256 && value + bytes <= record.length)
      return shownLabel(wide(record, value, bytes));
    at += length;
  }
  return undefined;
}

function signed(byte: number): number {
  return byte > 128 ? byte - 256 : byte;
}

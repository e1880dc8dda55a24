import { fields } from "../codec/fields";

const sectorSize = 512;

/**
 * Bytes that a disk must have for the partitions that its first two sectors tell of; undefined when
 * they tell of none.
 */
export function partitionedSize(head: Uint8Array): number | undefined {
  if (head.length < 2 * sectorSize) return undefined;
  const disk = fields(head.subarray(0, 2 * sectorSize), { order: "little" });
  if (disk.u16(510) !== 0xaa55) return undefined;
  // GPT's second header is in the last sector (UEFI specification, 5.3.2).
  if (disk.text(512, 8) === "EFI PART") {
    const last = disk.bits64(512 + 32);
    return last < 2n ** 43n ? (Number(last) + 1) * sectorSize : undefined;
  }
  const ends = [446, 462, 478, 494].map((at) =>
    disk.u8(at + 4) === 0 ? 0 : disk.u32(at + 8) + disk.u32(at + 12),
  );
  const end = Math.max(...ends);
  return end === 0 ? undefined : end * sectorSize;
}

import { putFields } from "../../../../electron/engine/codec/fields";

const sector = 2048;

/** What stands in the volume descriptors of a disc made by hand. */
export interface Disc {
  readonly label?: string;
  /** Logical block size in bytes; 2048 when absent. */
  readonly blockSize?: number;
  /** In logical blocks; what the file has when absent. */
  readonly blocks?: number;
  readonly joliet?: string;
  /** Logical sector of the El Torito boot catalog. */
  readonly catalog?: number;
  readonly udf?: "NSR02" | "NSR03";
}

/** Byte offset of the first volume descriptor. */
export const descriptorsAt = 16 * sector;

/** Puts a volume descriptor set into `bytes`, from sector 16 on; returns the offset behind it. */
export function putDescriptors(bytes: Uint8Array, disc: Disc): number {
  let at = descriptorsAt;
  function next(type: number, identifier: string, version = 1) {
    const part = bytes.subarray(at, at + sector).fill(0);
    at += sector;
    const put = putFields(part, "little");
    put.u8(0, type);
    put.text(1, identifier);
    put.u8(6, version);
    return { put, part };
  }
  const blockSize = disc.blockSize ?? sector;
  const blocks = disc.blocks ?? Math.ceil(bytes.length / blockSize);
  const primary = next(1, "CD001");
  primary.part.fill(0x20, 8, 72);
  primary.put.text(8, "SYSTEM");
  primary.put.text(40, disc.label ?? "LABEL");
  primary.put.u32(80, blocks);
  primary.put.u16(128, blockSize);
  const big = putFields(primary.part, "big");
  big.u32(84, blocks);
  big.u16(130, blockSize);
  primary.part.fill(0x20, 190, 813);
  primary.put.text(318, "PUBLISHER");
  primary.put.text(813, "2024010203040500");
  if (disc.catalog !== undefined) {
    const boot = next(0, "CD001");
    boot.put.text(7, "EL TORITO SPECIFICATION");
    boot.put.u32(0x47, disc.catalog);
  }
  if (disc.joliet !== undefined) {
    const { put } = next(2, "CD001");
    for (const [index, letter] of [...disc.joliet].entries())
      putFields(bytes, "big").u16(at - sector + 40 + 2 * index, letter.charCodeAt(0));
    put.text(88, "%/E");
  }
  next(255, "CD001");
  if (disc.udf !== undefined) for (const name of ["BEA01", disc.udf, "TEA01"]) next(0, name);
  return at;
}

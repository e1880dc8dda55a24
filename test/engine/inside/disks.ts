import { gzipSync } from "node:zlib";
import { raw } from "../../../electron/engine/formats/raw";
import { stackLayers, type DiskImage } from "../../../electron/engine/image/disk-image";
import { closedGate } from "../../../electron/engine/image/gate";
import { memorySource } from "../../../electron/engine/io/memory";

/** `bytes` as the disk of a raw image. */
export function diskImage(bytes: Uint8Array): DiskImage {
  return stackLayers([raw.open(memorySource(bytes, "disk"), closedGate)]);
}

/** One entry of an MBR; start and length in sectors of 512 bytes. */
export interface MbrEntry {
  readonly type: number;
  readonly start: number;
  readonly sectors: number;
  readonly active?: boolean;
}

/** Writes an MBR, or an extended boot record, at byte `at`. */
export function putMbr(disk: Buffer, entries: readonly MbrEntry[], at = 0): void {
  entries.forEach(({ type, start, sectors, active }, index) => {
    const entry = at + 446 + index * 16;
    disk[entry] = active ? 0x80 : 0;
    disk[entry + 4] = type;
    disk.writeUInt32LE(start, entry + 8);
    disk.writeUInt32LE(sectors, entry + 12);
  });
  disk.writeUInt16LE(0xaa55, at + 510);
}

/** The MBR that stands before a GPT. */
export function putProtectiveMbr(disk: Buffer, sectorSize = 512): void {
  putMbr(disk, [{ type: 0xee, start: 1, sectors: disk.length / sectorSize - 1 }]);
}

/** One entry of a GPT; first and last sector. */
export interface GptEntry {
  /** A GUID's 16 bytes as they lie on the disk, in hexadecimal. */
  readonly type: string;
  readonly first: number;
  readonly last: number;
  readonly name?: string;
  readonly attributes?: bigint;
}

export const efiType = "28732ac11ff8d211ba4b00a0c93ec93b";
export const linuxType = "af3dc60f838472478e793d69d8477de4";

export interface GptPlace {
  readonly sectorSize?: number;
  /** Last sector of the disk that the table was made for. */
  readonly last?: number;
}

/** Writes both copies of a GPT, without a protective MBR. Returns where they lie, in bytes. */
export function putGpt(
  disk: Buffer,
  entries: readonly GptEntry[],
  { sectorSize = 512, last = disk.length / sectorSize - 1 }: GptPlace = {},
): { readonly primary: number; readonly backup: number } {
  const array = Buffer.alloc(128 * 128);
  entries.forEach(({ type, first, last: end, name = "", attributes = 0n }, index) => {
    const at = index * 128;
    array.write(type, at, "hex");
    array.fill(index + 1, at + 16, at + 32);
    array.writeBigUInt64LE(BigInt(first), at + 32);
    array.writeBigUInt64LE(BigInt(end), at + 40);
    array.writeBigUInt64LE(attributes, at + 48);
    array.write(name, at + 56, "utf16le");
  });
  const arraySectors = array.length / sectorSize;
  const header = (own: number, other: number, arrayAt: number): Buffer => {
    const bytes = Buffer.alloc(92);
    bytes.write("EFI PART", 0, "latin1");
    bytes.writeUInt32LE(0x00010000, 8);
    bytes.writeUInt32LE(92, 12);
    bytes.writeBigUInt64LE(BigInt(own), 24);
    bytes.writeBigUInt64LE(BigInt(other), 32);
    bytes.writeBigUInt64LE(BigInt(2 + arraySectors), 40);
    bytes.writeBigUInt64LE(BigInt(last - 1 - arraySectors), 48);
    bytes.fill(7, 56, 72);
    bytes.writeBigUInt64LE(BigInt(arrayAt), 72);
    bytes.writeUInt32LE(128, 80);
    bytes.writeUInt32LE(128, 84);
    bytes.writeUInt32LE(crc32Of(array), 88);
    bytes.writeUInt32LE(crc32Of(bytes), 16);
    return bytes;
  };
  const put = (bytes: Buffer, sector: number): number => bytes.copy(disk, sector * sectorSize);
  put(header(1, last, 2), 1);
  put(array, 2);
  put(array, last - arraySectors);
  put(header(last, 1, last - arraySectors), last);
  return { primary: sectorSize, backup: last * sectorSize };
}

/** zlib's own CRC-32: a gzip stream ends with that of its content. */
export function crc32Of(bytes: Uint8Array): number {
  return gzipSync(bytes).readUInt32LE(gzipSync(bytes).length - 8);
}

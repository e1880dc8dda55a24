import { crc32 } from "node:zlib";

/** A disk with a GUID partition table, put together field by field. */
export interface GptDisk {
  readonly size: number;
  readonly sectorSize: number;
  /** First and last block of each partition. */
  readonly partitions: readonly (readonly [number, number])[];
  /** Other partitions in the MBR (a hybrid one). */
  readonly hybrid?: boolean;
}

const ENTRIES = 128;
const ENTRY = 128;

/** Its bytes: protective MBR, header, table, and the same at the end; data in between is 0x55. */
export function gptDisk({ size, sectorSize, partitions, hybrid = false }: GptDisk): Buffer {
  const disk = Buffer.alloc(size, 0x55);
  const last = size / sectorSize - 1;
  const tableSectors = (ENTRIES * ENTRY) / sectorSize;
  disk.fill(0, 0, (2 + tableSectors) * sectorSize);
  disk.fill(0, (last - tableSectors) * sectorSize);

  disk.writeUInt8(0xee, 446 + 4);
  disk.writeUInt32LE(1, 446 + 8);
  disk.writeUInt32LE(last, 446 + 12);
  if (hybrid) disk.writeUInt8(0x83, 462 + 4);
  disk.writeUInt16LE(0xaa55, 510);

  const table = Buffer.alloc(ENTRIES * ENTRY);
  partitions.forEach(([first, end], index) => {
    table.fill(0x11 + index, index * ENTRY, index * ENTRY + 32);
    table.writeBigUInt64LE(BigInt(first), index * ENTRY + 32);
    table.writeBigUInt64LE(BigInt(end), index * ENTRY + 40);
  });
  const lastUsable = last - tableSectors - 1;
  const put = (own: number, other: number, tableAt: number): void => {
    table.copy(disk, tableAt * sectorSize);
    gptHeader({ own, other, tableAt, lastUsable, table }).copy(disk, own * sectorSize);
  };
  put(1, last, 2);
  put(last, 1, last - tableSectors);
  return disk;
}

function gptHeader(about: {
  own: number;
  other: number;
  tableAt: number;
  lastUsable: number;
  table: Buffer;
}): Buffer {
  const header = Buffer.alloc(92);
  header.write("EFI PART", 0, "latin1");
  header.writeUInt32LE(0x10000, 8);
  header.writeUInt32LE(92, 12);
  const blocks = { 24: about.own, 32: about.other, 40: 34, 48: about.lastUsable };
  for (const [at, block] of Object.entries(blocks)) header.writeBigUInt64LE(BigInt(block), +at);
  header.fill(0x77, 56, 72);
  header.writeBigUInt64LE(BigInt(about.tableAt), 72);
  header.writeUInt32LE(ENTRIES, 80);
  header.writeUInt32LE(ENTRY, 84);
  header.writeUInt32LE(crc32(about.table), 88);
  header.writeUInt32LE(crc32(header), 16);
  return header;
}

import type { ByteTarget } from "../../io/source";

/** A file in the root directory of a volume. */
export interface GuestFile {
  /** Eight characters and an extension of three, in capitals. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Where a FAT16 volume lies on a disk. */
export interface Fat16Volume {
  /** Byte offset on the disk, whole sectors. */
  readonly at: number;
  /** Bytes, whole clusters; 4085 to 65524 clusters make it FAT16. */
  readonly size: number;
  /** Bytes. */
  readonly clusterSize: number;
  /** At most eleven characters. */
  readonly label: string;
}

const sectorSize = 512;
const rootEntries = 512;
const entrySize = 32;
/** The last cluster of a file. */
const endOfFile = 0xffff;
/** 1 July 2024, 12:00, as FAT counts time and date. */
const writtenAt = { time: 12 << 11, date: ((2024 - 1980) << 9) | (7 << 5) | 1 };
const archive = 0x20;
const volumeLabel = 0x08;

/**
 * Writes a FAT16 volume with files (Microsoft FAT specification, sections 3 to 6). What the target
 * holds there already is taken for zeros. Files lie in their order with `apart` free clusters
 * between them, so that adding one at the end moves none.
 */
export function writeFat16(
  target: Pick<ByteTarget, "write">,
  { at, size, clusterSize, label }: Fat16Volume,
  files: readonly GuestFile[],
  apart: number,
): void {
  const sectors = size / sectorSize;
  // Counted from all sectors, those of the tables themselves too: a little longer than it must be.
  const tableSectors = Math.ceil(((size / clusterSize + 2) * 2) / sectorSize);
  const rootAt = (1 + 2 * tableSectors) * sectorSize;
  const dataAt = rootAt + rootEntries * entrySize;

  const table = new DataView(new ArrayBuffer(tableSectors * sectorSize));
  table.setUint16(0, 0xfff8, true);
  table.setUint16(2, endOfFile, true);
  const root = new Uint8Array(rootEntries * entrySize);
  root.set(entry(label.padEnd(11), volumeLabel, 0, 0));

  let cluster = 2;
  files.forEach(({ name, bytes }, index) => {
    const count = Math.ceil(bytes.length / clusterSize);
    for (let nth = 0; nth < count; nth++) {
      const next = nth === count - 1 ? endOfFile : cluster + nth + 1;
      table.setUint16((cluster + nth) * 2, next, true);
    }
    const [base = "", extension = ""] = name.split(".");
    const stored = base.padEnd(8) + extension.padEnd(3);
    root.set(entry(stored, archive, cluster, bytes.length), (index + 1) * entrySize);
    target.write(at + dataAt + (cluster - 2) * clusterSize, bytes);
    cluster += count + apart;
  });

  target.write(at, bootSector({ sectors, clusterSize, tableSectors, at, label }));
  for (const copy of [0, 1])
    target.write(at + (1 + copy * tableSectors) * sectorSize, new Uint8Array(table.buffer));
  target.write(at + rootAt, root);
}

function entry(name: string, attributes: number, cluster: number, length: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(entrySize));
  const bytes = new Uint8Array(view.buffer);
  bytes.set(new TextEncoder().encode(name));
  bytes[11] = attributes;
  view.setUint16(22, writtenAt.time, true);
  view.setUint16(24, writtenAt.date, true);
  view.setUint16(26, cluster, true);
  view.setUint32(28, length, true);
  return bytes;
}

function bootSector(volume: {
  readonly sectors: number;
  readonly clusterSize: number;
  readonly tableSectors: number;
  readonly at: number;
  readonly label: string;
}): Uint8Array {
  const view = new DataView(new ArrayBuffer(sectorSize));
  const bytes = new Uint8Array(view.buffer);
  const text = (offset: number, value: string) =>
    bytes.set(new TextEncoder().encode(value), offset);
  bytes.set([0xeb, 0x3c, 0x90]);
  text(3, "LAMINA  ");
  view.setUint16(11, sectorSize, true);
  bytes[13] = volume.clusterSize / sectorSize;
  view.setUint16(14, 1, true);
  bytes[16] = 2;
  view.setUint16(17, rootEntries, true);
  if (volume.sectors < 2 ** 16) view.setUint16(19, volume.sectors, true);
  else view.setUint32(32, volume.sectors, true);
  bytes[21] = 0xf8;
  view.setUint16(22, volume.tableSectors, true);
  view.setUint16(24, 63, true);
  view.setUint16(26, 255, true);
  view.setUint32(28, volume.at / sectorSize, true);
  bytes[36] = 0x80;
  bytes[38] = 0x29;
  view.setUint32(39, 0x1a311a00, true);
  text(43, volume.label.padEnd(11));
  text(54, "FAT16   ");
  // Nothing to start from here: INT 18h hands over to the next device.
  bytes.set([0xcd, 0x18, 0xeb, 0xfe], 62);
  view.setUint16(510, 0xaa55, true);
  return bytes;
}

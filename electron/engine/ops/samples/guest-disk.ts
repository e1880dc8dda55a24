import { memoryTarget } from "../../io/memory";
import type { ByteSource, ByteTarget } from "../../io/source";
import { writeFat16, type GuestFile } from "./fat16";

/** What a sample disk is like. */
export interface DiskShape {
  /** Virtual size in bytes. */
  readonly size: number;
  /** Bytes of the FAT16 partition, which begins at 1 MiB. */
  readonly volume: number;
  /** Bytes of that partition's clusters. */
  readonly clusterSize: number;
  /** At most eleven characters. */
  readonly label: string;
  /** Free clusters between two files. */
  readonly apart: number;
  /** Whether what is left behind the partition is Linux swap space. */
  readonly swap: boolean;
}

const MiB = 2 ** 20;
const sectorSize = 512;
/** Where every partitioner of today begins. */
const first = MiB;
const fat16Lba = 0x0e;
const linuxSwap = 0x82;
const swapPage = 4096;

/** A disk in memory: an MBR, a FAT16 partition with these files, and swap space. */
export function guestDisk(shape: DiskShape, files: readonly GuestFile[]): ByteTarget {
  const { size, volume, clusterSize, label, apart } = shape;
  const disk = memoryTarget("sample");
  disk.truncate(size);
  const behind = first + volume;
  const entries = [{ active: true, type: fat16Lba, from: first, length: volume }];
  if (shape.swap)
    entries.push({ active: false, type: linuxSwap, from: behind, length: size - behind });
  disk.write(0, masterBootRecord(entries));
  writeFat16(disk, { at: first, size: volume, clusterSize, label }, files, apart);
  if (shape.swap) disk.write(behind, swapHeader(size - behind));
  return disk;
}

/** The partition table of a disk (UEFI specification 5.2.1). */
function masterBootRecord(
  entries: readonly { active: boolean; type: number; from: number; length: number }[],
): Uint8Array {
  const view = new DataView(new ArrayBuffer(sectorSize));
  view.setUint32(440, 0x1a311a01, true);
  entries.forEach(({ active, type, from, length }, index) => {
    const at = 446 + index * 16;
    view.setUint8(at, active ? 0x80 : 0);
    // Past what cylinders, heads and sectors can say; everybody goes by the sector numbers.
    for (const place of [at + 1, at + 5]) view.setUint32(place, 0xfffffe, true);
    view.setUint8(at + 4, type);
    view.setUint32(at + 8, from / sectorSize, true);
    view.setUint32(at + 12, length / sectorSize, true);
  });
  view.setUint16(510, 0xaa55, true);
  return new Uint8Array(view.buffer);
}

function swapHeader(length: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(swapPage));
  const bytes = new Uint8Array(view.buffer);
  view.setUint32(1024, 1, true);
  view.setUint32(1028, length / swapPage - 1, true);
  bytes.set(new TextEncoder().encode("swap"), 1052);
  bytes.set(new TextEncoder().encode("SWAPSPACE2"), swapPage - 10);
  return bytes;
}

/**
 * The numbers of the clusters, of `clusterSize` bytes, that `now` has and `before` has not so, in
 * order. `now` holds data wherever `before` does.
 */
export function* changedClusters(
  now: ByteSource,
  before: ByteSource | undefined,
  clusterSize: number,
): Generator<number> {
  const bytes = new Uint8Array(clusterSize);
  const old = new Uint8Array(clusterSize);
  for (let at = 0; at < now.size;) {
    const run = now.hostRun?.(at, now.size - at) ?? { length: now.size - at, hole: false };
    if (run.hole) {
      at += run.length;
      continue;
    }
    for (const end = at + run.length; at < end; at += clusterSize) {
      now.read(at, bytes);
      before?.read(at, old);
      if (before === undefined || Buffer.compare(bytes, old) !== 0) yield at / clusterSize;
    }
  }
}

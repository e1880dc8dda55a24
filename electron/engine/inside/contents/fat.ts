import type { Content } from "../../../../shared/model/inside";
import type { Fields } from "../../codec/fields";
import type { ByteSource } from "../../io/source";
import { latin, shownLabel, windowOf } from "../window";

/** Bytes of a root directory that are looked through for the label: 512 entries. */
const mostRootBytes = 16384;

/** What the BIOS parameter block says (Microsoft FAT specification, section 3). */
interface ParameterBlock {
  readonly sectorSize: number;
  /** Bytes. */
  readonly clusterSize: number;
  readonly clusters: number;
  readonly sectors: number;
  /** Byte offset of the root directory and how many bytes of it to look at. */
  readonly root: { readonly at: number; readonly length: number };
}

/** FAT12, FAT16 and FAT32, told apart by how many clusters there are, as the specification has it. */
export function fat(source: ByteSource): Content | undefined {
  const view = windowOf(source, 0, 512);
  const block = view && parameterBlock(view);
  if (view === undefined || block === undefined) return undefined;
  const { clusters, sectors, sectorSize } = block;
  const kind = clusters < 4085 ? "fat12" : clusters < 65525 ? "fat16" : "fat32";
  const inRoot = rootLabel(source, block);
  const written = shownLabel(view.text(kind === "fat32" ? 71 : 43, 11));
  const label = inRoot ?? (written === "NO NAME" ? undefined : written);
  return { kind, ...(label && { label }), size: sectors * sectorSize };
}

/** Undefined for a boot sector that is none of FAT's. */
function parameterBlock(view: Fields): ParameterBlock | undefined {
  const sectorSize = view.u16(11);
  const sectorsPerCluster = view.u8(13);
  const reserved = view.u16(14);
  const tables = view.u8(16);
  const jump = view.u8(0);
  if (view.u16(510) !== 0xaa55 || (jump !== 0xeb && jump !== 0xe9)) return undefined;
  if (![512, 1024, 2048, 4096].includes(sectorSize) || !isPowerOfTwo(sectorsPerCluster))
    return undefined;
  if (reserved === 0 || (tables !== 1 && tables !== 2)) return undefined;
  if (view.u8(21) < 0xf0) return undefined;
  const sectors = view.u16(19) || view.u32(32);
  const tableSectors = view.u16(22) || view.u32(36);
  const rootSectors = Math.ceil((view.u16(17) * 32) / sectorSize);
  const rootAt = reserved + tables * tableSectors;
  const dataSectors = sectors - rootAt - rootSectors;
  if (tableSectors === 0 || dataSectors <= 0) return undefined;
  const clusterSize = sectorsPerCluster * sectorSize;
  // FAT32 has no root directory of fixed size: it begins at a cluster, counted from 2.
  const atCluster = rootSectors === 0 ? Math.max(0, view.u32(44) - 2) * sectorsPerCluster : 0;
  return {
    sectorSize,
    clusterSize,
    sectors,
    clusters: Math.floor(dataSectors / sectorsPerCluster),
    root: {
      at: (rootAt + atCluster) * sectorSize,
      length: Math.min(mostRootBytes, rootSectors === 0 ? clusterSize : rootSectors * sectorSize),
    },
  };
}

/** The volume label among a root directory's first entries: attribute 8, and no long name's part. */
function rootLabel(source: ByteSource, { root }: ParameterBlock): string | undefined {
  const view = windowOf(source, root.at, root.length);
  if (view === undefined) return undefined;
  for (let at = 0; at + 32 <= view.length; at += 32) {
    const first = view.u8(at);
    if (first === 0) return undefined;
    if (first !== 0xe5 && (view.u8(at + 11) & 0x3f) === 0x08)
      return shownLabel(latin(view, at, 11));
  }
  return undefined;
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}

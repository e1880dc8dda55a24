import type { ByteTarget } from "../../io/source";
import { tableEntries, tableSector, type Layout } from "./layout";
import { sectorSize } from "./sector";

/** Bytes of a grain table. */
const tableSize = tableEntries * 4;
/** Bytes of table that are built in memory and written at once. */
const pieceSize = 2 ** 20;

/** Which sector each grain lies at, kept by grain table and only for tables that hold something. */
export interface GrainSectors {
  set(grain: number, sector: number): void;
  /** Table indices in use, ascending. */
  used(): number[];
  /** The entries of table `index`; 0 for a grain without. */
  table(index: number): Uint32Array | undefined;
  /** Forgets all. */
  clear(): void;
}

/** Grains without sectors: 2 KiB for every 32 MiB of the disk that hold data. */
export function createGrainSectors(): GrainSectors {
  const tables = new Map<number, Uint32Array>();
  return {
    set(grain, sector) {
      const index = Math.floor(grain / tableEntries);
      let table = tables.get(index);
      if (table === undefined) {
        table = new Uint32Array(tableEntries);
        tables.set(index, table);
      }
      table[grain % tableEntries] = sector;
    },
    used: () => [...tables.keys()].sort((a, b) => a - b),
    table: (index) => tables.get(index),
    clear: () => tables.clear(),
  };
}

/** A grain table as it is stored. */
export function tableBytes(table: Uint32Array | undefined): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(tableSize));
  table?.forEach((sector, entry) => bytes.setUint32(entry * 4, sector, true));
  return new Uint8Array(bytes.buffer);
}

/** Writes both grain directories: every table has its place, whether or not it holds anything. */
export function writeDirectories(target: ByteTarget, layout: Layout): void {
  writeDirectory(target, layout.redundantDirectory, layout.redundantTables, layout.tables);
  writeDirectory(target, layout.directory, layout.grainTables, layout.tables);
}

function writeDirectory(
  target: ByteTarget,
  directory: number,
  grainTables: number,
  tables: number,
): void {
  const most = pieceSize / 4;
  for (let first = 0; first < tables; first += most) {
    const count = Math.min(most, tables - first);
    const piece = new DataView(new ArrayBuffer(count * 4));
    for (let i = 0; i < count; i += 1) {
      piece.setUint32(i * 4, tableSector(grainTables, first + i), true);
    }
    target.write(directory * sectorSize + first * 4, new Uint8Array(piece.buffer));
  }
}

/** Writes the grain tables in use, twice; the others stay holes, which say "no grain". */
export function writeGrainTables(target: ByteTarget, layout: Layout, grains: GrainSectors): void {
  const most = pieceSize / tableSize;
  const used = grains.used();
  for (let i = 0; i < used.length;) {
    const first = used[i] ?? 0;
    let count = 1;
    while (count < most && used[i + count] === first + count) count += 1;
    const piece = new Uint8Array(count * tableSize);
    for (let nth = 0; nth < count; nth += 1) {
      piece.set(tableBytes(grains.table(first + nth)), nth * tableSize);
    }
    for (const group of [layout.redundantTables, layout.grainTables]) {
      target.write(tableSector(group, first) * sectorSize, piece);
    }
    i += count;
  }
}

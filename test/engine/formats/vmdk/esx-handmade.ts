import { fileBytes } from "./bytes";
import { sector } from "./handmade";

/** An ESX Server sparse extent ("COWD"); `grains` by guest grain, stored in that order. */
export function cowd(
  capacity: number,
  grainSectors: number,
  grains: ReadonlyMap<number, Uint8Array>,
): Uint8Array {
  const tableCount = Math.ceil(capacity / (grainSectors * 4096));
  const directorySectors = Math.ceil((tableCount * 4) / sector);
  const file = fileBytes()
    .put(0, "COWD")
    .u32(4, 1)
    .u32(8, 3)
    .u32(12, capacity)
    .u32(16, grainSectors)
    .u32(20, 4)
    .u32(24, tableCount);
  let next = 4 + directorySectors;
  const tables = new Map<number, number>();
  file.bytes(next * sector);
  for (const [grain, content] of grains) {
    const index = Math.floor(grain / 4096);
    let table = tables.get(index);
    if (table === undefined) {
      table = next;
      tables.set(index, table);
      file.u32(4 * sector + index * 4, table);
      next += (4096 * 4) / sector;
      file.bytes(next * sector);
    }
    file.u32(table * sector + (grain % 4096) * 4, next);
    file.put(next * sector, content);
    next += grainSectors;
    file.bytes(next * sector);
  }
  return file.u32(28, next).bytes();
}

/** Where the parts of a hand-made seSparse extent lie, in bytes. */
export const seSparsePlaces = {
  volatileHeader: 1 * sector,
  directory: 2 * sector,
  tables: 64 * sector,
  grains: 512 * sector,
} as const;

/** The entry of the grain stored at index `index`. */
export function seSparseEntry(index: number): bigint {
  const low = BigInt(index) & 0xfffn;
  return 0x3000000000000000n | (low << 48n) | (BigInt(index) >> 12n);
}

/** A space-efficient sparse extent of at most 7 tables; `grains` are contents by stored index, or entries. */
export function seSparse(
  capacity: number,
  grains: ReadonlyMap<number, { index: number; content: Uint8Array } | bigint>,
): Uint8Array {
  const { volatileHeader, directory, tables, grains: grainsAt } = seSparsePlaces;
  const file = fileBytes()
    .u64(0, 0xcafebabe)
    .u64(8, 0x200000001n)
    .u64(16, capacity)
    .u64(24, 8)
    .u64(32, 64)
    .u64(80, volatileHeader / sector)
    .u64(88, 1)
    .u64(128, directory / sector)
    .u64(136, 1)
    .u64(144, tables / sector)
    .u64(152, 448)
    .u64(192, grainsAt / sector)
    .u64(volatileHeader, 0xcafecafe);
  file.bytes(grainsAt);
  for (const [grain, content] of grains) {
    const index = Math.floor(grain / 4096);
    file.u64(directory + index * 8, 0x1000000000000000n | BigInt(index));
    const entryAt = tables + index * 32768 + (grain % 4096) * 8;
    if (typeof content === "bigint") {
      file.u64(entryAt, content);
    } else {
      file.u64(entryAt, seSparseEntry(content.index));
      file.put(grainsAt + content.index * 4096, content.content);
    }
  }
  return file.bytes();
}

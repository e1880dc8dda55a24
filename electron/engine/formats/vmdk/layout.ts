import { ImageError } from "../../errors";

/** Sectors of a grain in a new image: 64 KiB, as everyone writes it. */
export const grainSectors = 128;
/** Entries of a grain table, and the sectors that they take. */
export const tableEntries = 512;
export const tableSectors = 4;
/** Sectors kept for the embedded descriptor: other programs add lines to it. */
export const descriptorSectors = 20;
/** Offsets in tables are 32-bit sectors. */
export const mostSectors = 2 ** 32;
/** As in qemu, which refuses to read more. */
const mostTables = 32 * 1024 * 1024;

/** Where the parts of a new image lie; sectors from the file's beginning, save `tables`, a count. */
export interface Layout {
  /** Grain tables: one for every 32 MiB of the disk. */
  readonly tables: number;
  readonly redundantDirectory: number;
  readonly redundantTables: number;
  readonly directory: number;
  readonly grainTables: number;
  /** The first grain. */
  readonly grains: number;
}

/**
 * Grain tables that a disk of `capacity` sectors takes.
 * @throws ImageError `invalid-argument` for a disk that is too large.
 */
export function tableCount(capacity: number): number {
  const tables = Math.ceil(capacity / (grainSectors * tableEntries));
  if (tables <= mostTables) return tables;
  throw new ImageError("invalid-argument", "The disk is too large for a sparse VMDK", {
    expected: `at most ${mostTables * grainSectors * tableEntries * 512} bytes`,
    found: capacity * 512,
  });
}

/**
 * The layout for `capacity` sectors: header, descriptor, redundant grain directory and tables, grain
 * directory and tables, grains (specification, "Hosted Sparse Extent").
 * There is room for a descriptor even where that is in a file of its own, as in qemu's images.
 * @throws ImageError as `tableCount`.
 */
export function layoutOf(capacity: number): Layout {
  const tables = tableCount(capacity);
  const directorySectors = Math.ceil((tables * 4) / 512);
  const redundantDirectory = 1 + descriptorSectors;
  const redundantTables = redundantDirectory + directorySectors;
  const directory = redundantTables + tables * tableSectors;
  const grainTables = directory + directorySectors;
  const overhead = grainTables + tables * tableSectors;
  return {
    tables,
    redundantDirectory,
    redundantTables,
    directory,
    grainTables,
    grains: Math.ceil(overhead / grainSectors) * grainSectors,
  };
}

/** Checks that `slots` grains can be told by 32-bit sectors. @throws ImageError `limit`. */
export function requireRoom(layout: Layout, slots: number): void {
  const end = layout.grains + slots * grainSectors;
  if (end <= mostSectors) return;
  throw new ImageError("limit", "A sparse VMDK cannot hold this much data in one file", {
    expected: `at most ${mostSectors * 512} bytes`,
    found: end * 512,
  });
}

/** The first sector of grain table `index` in the group of tables that begins at `first`. */
export const tableSector = (first: number, index: number): number => first + index * tableSectors;

import type { ByteSource } from "../../io/source";
import type { SparseExtent } from "./extent";
import { createGrainMap, plainGrains } from "./grain-map";
import { absent, invalid, zeroed } from "./grain-tables";
import { sectorSize } from "./sector";
import { grainSectors, readSeSparseHeader } from "./sesparse-header";
import { errorAt } from "./vmdk-error";

const grainSize = grainSectors * sectorSize;
const entriesPerTable = 4096;
const tableSize = entriesPerTable * 8;

/** An entry's top four bits. */
const kind = { unallocated: 0, unmapped: 1, zero: 2, allocated: 3 } as const;
/** A directory entry's upper half when there is a table; the lower half is the table's index. */
const tableHigh = 0x10000000;

/**
 * Opens a space-efficient sparse extent of ESXi. It owns `source` from then on.
 * @throws ImageError as `readSeSparseHeader` and `createGrainTables` do.
 */
export function openSeSparseExtent(source: ByteSource, cachePages: number): SparseExtent {
  const header = readSeSparseHeader(source);
  const { capacity, grainDirectory, grainDirectorySize, grainTables, grains } = header;
  const needed = Math.ceil(Math.ceil(capacity / grainSize) / entriesPerTable) * 8;
  if (grainDirectorySize < needed) {
    throw errorAt("invalid-header", source, 136, "the grain directory does not span the disk", {
      expected: `at least ${needed} bytes`,
      found: grainDirectorySize,
    });
  }

  function tableAt(directory: DataView, at: number): number {
    const low = directory.getUint32(at, true);
    const high = directory.getUint32(at + 4, true);
    if (high === 0 && low === 0) return absent;
    return high === tableHigh ? grainTables + low * tableSize : invalid;
  }

  function grainAt(table: DataView, at: number): number {
    const low = table.getUint32(at, true);
    const high = table.getUint32(at + 4, true);
    switch (high >>> 28) {
      case kind.unallocated:
        return high === 0 && low === 0 ? absent : invalid;
      case kind.unmapped:
      case kind.zero:
        return zeroed;
      case kind.allocated: {
        // Bits 48 to 59 are the index's lowest twelve, bits 0 to 47 the rest.
        const index = ((high >>> 16) & 0xfff) + ((high & 0xffff) * 2 ** 32 + low) * 4096;
        const place = grains + index * grainSize;
        return Number.isSafeInteger(place) ? place : invalid;
      }
      default:
        return invalid;
    }
  }

  const layout = {
    capacity,
    grainSize,
    entriesPerTable,
    entrySize: 8 as const,
    directories: [grainDirectory],
    tableAt,
    grainAt,
  };
  return {
    size: capacity,
    grainSize,
    compressed: false,
    version: "2.1",
    details: [],
    map: createGrainMap(source, layout, plainGrains(source), cachePages),
    close: () => source.close(),
  };
}

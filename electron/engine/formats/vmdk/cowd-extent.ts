import { fields } from "../../codec/fields";
import type { ByteSource } from "../../io/source";
import type { SparseExtent } from "./extent";
import { createGrainMap, plainGrains } from "./grain-map";
import { absent } from "./grain-tables";
import { sectorSize } from "./sector";
import { errorAt } from "./vmdk-error";

/** Bytes of the header that reading needs, of 2048. */
const headerSize = 44;
/** Fixed for this kind of extent. */
const entriesPerTable = 4096;
/** As for hosted extents: 1 GiB. */
const mostGrainSectors = 0x200000;

/**
 * Opens an ESX Server sparse extent ("COWD", vmfsSparse): 32-bit fields, no redundant directory, no
 * zeroed grains. It owns `source` from then on.
 * @throws ImageError `truncated`, `unsupported` (version), `invalid-header`, and as `createGrainTables` does.
 */
export function openCowdExtent(source: ByteSource, cachePages: number): SparseExtent {
  const bytes = new Uint8Array(headerSize);
  source.read(0, bytes);
  const header = fields(bytes, { order: "little", file: source.name });
  const version = header.u32(4);
  if (version !== 1) {
    throw errorAt("unsupported", source, 4, `COWD version ${version} is unknown`, {
      expected: 1,
      found: version,
    });
  }
  const capacity = header.u32(12) * sectorSize;
  const grainSectors = header.u32(16);
  if (grainSectors < 1 || grainSectors > mostGrainSectors) {
    throw errorAt("invalid-header", source, 16, "the grain size is out of range", {
      expected: `1 to ${mostGrainSectors} sectors`,
      found: grainSectors,
    });
  }
  const grainSize = grainSectors * sectorSize;
  const directoryEntries = header.u32(24);
  const needed = Math.ceil(Math.ceil(capacity / grainSize) / entriesPerTable);
  if (directoryEntries < needed) {
    throw errorAt("invalid-header", source, 24, "the grain directory does not span the disk", {
      expected: `at least ${needed} entries`,
      found: directoryEntries,
    });
  }
  const entry = (view: DataView, at: number): number =>
    view.getUint32(at, true) * sectorSize || absent;
  const layout = {
    capacity,
    grainSize,
    entriesPerTable,
    entrySize: 4 as const,
    directories: [header.u32(20) * sectorSize],
    tableAt: entry,
    grainAt: entry,
  };
  return {
    size: capacity,
    grainSize,
    compressed: false,
    version: String(version),
    details: [{ name: "numGDEntries", value: directoryEntries }],
    map: createGrainMap(source, layout, plainGrains(source), cachePages),
    close: () => source.close(),
  };
}

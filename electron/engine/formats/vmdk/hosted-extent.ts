import { ImageError } from "../../errors";
import type { ByteSource } from "../../io/source";
import { compressedGrains } from "./compressed-grain";
import type { SparseExtent } from "./extent";
import { readFooter } from "./footer";
import { createGrainMap, plainGrains } from "./grain-map";
import { absent, zeroed } from "./grain-tables";
import { flag, readHostedHeader, zeroedEntry, type HostedHeader } from "./hosted-header";
import { sectorSize } from "./sector";

/** Reads an extent's header, and its footer where the header leaves the grain directory to it. */
export function readHeaderOrFooter(source: ByteSource): HostedHeader {
  const header = readHostedHeader(source);
  return header.directory === "at-end" ? readFooter(source, header) : header;
}

/**
 * Opens a hosted sparse or stream-optimized extent ("KDMV"). It owns `source` from then on.
 * @param cachePages Pages of its tables to keep.
 * @throws ImageError `truncated`, and as `readHostedHeader`, `readFooter` and `createGrainTables` do.
 */
export function openHostedExtent(
  source: ByteSource,
  cachePages: number,
  header = readHeaderOrFooter(source),
): SparseExtent {
  const { capacity, grainSize, entriesPerTable, flags, isCompressed } = header;
  if (source.size < header.overhead) throw truncated(source, header.overhead);
  const hasZeroed = (flags & flag.zeroedGrain) !== 0;
  const hasMarkers = (flags & flag.markers) !== 0;
  const entry = (view: DataView, at: number): number => {
    const sector = view.getUint32(at, true);
    if (sector === 0) return absent;
    return hasZeroed && sector === zeroedEntry ? zeroed : sector * sectorSize;
  };
  const layout = {
    capacity,
    grainSize,
    entriesPerTable,
    entrySize: 4 as const,
    directories: directoriesOf(header),
    tableAt: entry,
    grainAt: entry,
  };
  const stored = isCompressed
    ? compressedGrains(source, { capacity, grainSize, hasMarkers })
    : plainGrains(source);
  return {
    size: capacity,
    grainSize,
    compressed: isCompressed,
    version: String(header.version),
    details: [
      { name: "flags", value: `0x${flags.toString(16)}` },
      { name: "numGTEsPerGT", value: entriesPerTable },
      { name: "overHead", value: header.overhead },
      { name: "uncleanShutdown", value: header.uncleanShutdown },
    ],
    map: createGrainMap(source, layout, stored, cachePages),
    close: () => source.close(),
  };
}

/** Grains lie behind the tables: a file that ends before them holds nothing. */
function truncated({ name: file, size }: ByteSource, overhead: number): ImageError {
  const what = `file truncated, expecting at least ${overhead} bytes`;
  return new ImageError("truncated", `${file}: ${what}`, {
    file,
    expected: `at least ${overhead} bytes`,
    found: size,
  });
}

/** The grain directory and its copy, if there is one. */
function directoriesOf({ directory, redundantDirectory }: HostedHeader): number[] {
  const primary = directory === "at-end" ? 0 : directory;
  return redundantDirectory === 0 ? [primary] : [primary, redundantDirectory];
}

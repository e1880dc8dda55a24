import type { Run } from "../../image/layer";
import type { ByteSource } from "../../io/source";
import { createTable } from "./block-allocation-table";
import { entrySize, headerSize, readHeader, sectorSize, type Header } from "./header";
import { parallelsError } from "./parallels-error";

/** An image file of a disk: all of it, or what one storage or snapshot has of it. */
export interface Image {
  /** Bytes. */
  readonly size: number;
  readonly file: ByteSource;
  /** Absent for a plain image. */
  readonly header?: Header;
  /** As ImageLayer.map. What is unallocated is the parent's, or zeros. */
  map(at: number, max: number): Run;
  close(): void;
}

/**
 * Opens an expanding image. The answer's `close` closes the file; when this throws, the caller does.
 * @throws ImageError as `readHeader`.
 */
export function openExpanding(source: ByteSource): Image & { readonly header: Header } {
  const header = readHeader(source);
  return {
    size: header.nbSectors * sectorSize,
    file: source,
    header,
    map: createMap(source, header),
    close: () => source.close(),
  };
}

/** A run goes on over clusters that are alike: absent, or side by side in the file. */
function createMap(source: ByteSource, header: Header): Image["map"] {
  const { tracks, nbSectors, nbBatEntries, isEmpty } = header;
  const clusterSize = tracks * sectorSize;
  const size = nbSectors * sectorSize;
  const isCounted = header.magic === "WithouFreSpacExt";
  const entryUnit = isCounted ? clusterSize : sectorSize;
  const table = createTable(source, header);
  const tableEnd = headerSize + nbBatEntries * entrySize;

  function dataRun(index: number, entry: number, inCluster: number, length: number): Run {
    const cluster = entry * entryUnit;
    const stored = source.size - cluster - inCluster;
    if (cluster >= tableEnd && stored > 0)
      return {
        kind: "data",
        source,
        at: cluster + inCluster,
        length: Math.min(length, stored),
      };
    throw parallelsError("invalid-table", source, `entry ${index} of the BAT is damaged`, {
      at: headerSize + index * entrySize,
      expected: `a cluster within bytes ${tableEnd} to ${source.size}`,
      found: entry,
    });
  }

  return (at, max) => {
    const end = Math.min(at + max, size);
    if (isEmpty) return { kind: "unallocated", length: end - at };
    const index = Math.floor(at / clusterSize);
    const inCluster = at % clusterSize;
    const clusters = table.alike(index, Math.ceil(end / clusterSize), isCounted ? 1 : tracks);
    const length = Math.min(clusters * clusterSize - inCluster, end - at);
    const entry = table.entry(index);
    if (entry === 0) return { kind: "unallocated", length };
    return dataRun(index, entry, inCluster, length);
  };
}

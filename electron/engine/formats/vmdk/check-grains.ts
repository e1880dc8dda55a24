import type { CheckFindingId } from "../../../../shared/model/check";
import { ImageError } from "../../errors";
import { withPageCache } from "../../io/page-cache";
import type { ByteSource } from "../../io/source";
import { requireCheckable, type Findings } from "../findings";
import { flag, type HostedHeader } from "./hosted-header";
import { sectorSize } from "./sector";
import { isWithin } from "./vmdk-error";

/** What a check of grains counts. */
export interface Grains {
  readonly totalClusters: number;
  readonly allocatedClusters: number;
  readonly compressedClusters: number;
  readonly dirty: boolean;
}

/** What is counted where there are no grains. */
export const noGrains: Grains = {
  totalClusters: 0,
  allocatedClusters: 0,
  compressedClusters: 0,
  dirty: false,
};

const entrySize = 4;
/** Tables that are looked at: as many as for 8 TiB in grains of 64 KiB. */
const mostTables = 2 ** 18;

/** A directory, and what is found where it, or a table of it, does not lie in the file. */
interface Directory {
  readonly at: number;
  readonly outside: CheckFindingId;
  readonly tableOutside: CheckFindingId;
}

/**
 * Checks both grain directories of a hosted sparse extent, their tables, and where grains lie.
 * @throws ImageError `limit` for too large a directory, `io`.
 */
export function checkGrains(source: ByteSource, header: HostedHeader, findings: Findings): Grains {
  const { capacity, grainSize, entriesPerTable, redundantDirectory, isCompressed } = header;
  const grains = Math.ceil(capacity / grainSize);
  const tables = Math.ceil(grains / entriesPerTable);
  if (tables > mostTables)
    throw new ImageError(
      "limit",
      `${source.name}: the grain directory is too large to be checked`,
      {
        file: source.name,
        expected: `at most ${mostTables} grain tables`,
        found: tables,
      },
    );
  const primary: Directory = {
    at: Number(header.directory),
    outside: "grain-directory-outside",
    tableOutside: "grain-table-outside",
  };
  const redundant: Directory = {
    at: redundantDirectory,
    outside: "redundant-grain-directory-outside",
    tableOutside: "redundant-grain-table-outside",
  };
  // Tables may lie anywhere: a page for each of them would be 32 times what is asked for.
  const files = { directory: withPageCache(source), tables: source };
  const places: number[] = [];
  // Grains that overlap so much that the file has no room for half of them are not all kept in mind.
  const room = Math.min(
    2 ** 24,
    1024 + (2 * source.size) / (isCompressed ? sectorSize : grainSize),
  );
  const isMarked = (header.flags & flag.zeroedGrain) !== 0;
  for (let index = 0; index < tables; index += 1) {
    const count = Math.min(entriesPerTable, grains - index * entriesPerTable);
    const first = tableOf(files, primary, { index, count }, findings);
    const second =
      redundantDirectory === 0 ? undefined : tableOf(files, redundant, { index, count }, findings);
    if (first && second && !sameBytes(first.bytes, second.bytes))
      findings.add("corruption", second.at, "grain-tables-differ", () => ({ number: index }));
    if (first === undefined) continue;
    for (let entry = 0; entry < count; entry += 1) {
      const sector = first.bytes.getUint32(entry * entrySize, true);
      if (sector === 0 || (isMarked && sector === 1)) continue;
      const grain = index * entriesPerTable + entry;
      const at = sector * sectorSize;
      // Of a compressed grain only its beginning is known.
      const length = isCompressed ? 1 : Math.min(grainSize, capacity - grain * grainSize);
      if (isWithin(source, at, length)) {
        places.push(sector);
        requireCheckable(source.name, places.length, room);
      } else
        findings.add("corruption", first.at + entry * entrySize, "grain-past-end", () => ({
          number: grain,
          offset: at,
        }));
    }
  }
  checkOverlaps(places, isCompressed ? 1 : grainSize / sectorSize, findings);
  return {
    totalClusters: grains,
    allocatedClusters: places.length,
    compressedClusters: isCompressed ? places.length : 0,
    dirty: false,
  };
}

/** The table that a directory names; undefined when there is none, or none that can be read. */
function tableOf(
  files: { readonly directory: ByteSource; readonly tables: ByteSource },
  directory: Directory,
  { index, count }: { index: number; count: number },
  findings: Findings,
): { at: number; bytes: DataView } | undefined {
  const entryAt = directory.at + index * entrySize;
  const entry = readView(files.directory, entryAt, entrySize);
  if (directory.at === 0 || entry === undefined) {
    findings.add("corruption", directory.at, directory.outside);
    return undefined;
  }
  const at = entry.getUint32(0, true) * sectorSize;
  if (at === 0) return undefined;
  const bytes = at <= sectorSize ? undefined : readView(files.tables, at, count * entrySize);
  if (bytes !== undefined) return { at, bytes };
  findings.add("corruption", entryAt, directory.tableOutside, () => ({ number: index }));
  return undefined;
}

function readView(source: ByteSource, at: number, length: number): DataView | undefined {
  if (!isWithin(source, at, length)) return undefined;
  const bytes = new Uint8Array(length);
  source.read(at, bytes);
  return new DataView(bytes.buffer);
}

function sameBytes(a: DataView, b: DataView): boolean {
  for (let at = 0; at < a.byteLength; at += entrySize)
    if (a.getUint32(at) !== b.getUint32(at)) return false;
  return true;
}

/** No two grains may share a sector. @param length Sectors of a grain. */
function checkOverlaps(places: readonly number[], length: number, findings: Findings): void {
  const sorted = Uint32Array.from(places).sort();
  for (let index = 1; index < sorted.length; index += 1) {
    const before = sorted[index - 1] ?? 0;
    const sector = sorted[index] ?? 0;
    if (sector >= before + length) continue;
    const at = sector * sectorSize;
    findings.add("corruption", at, "grains-overlap", () => ({ offset: at }));
  }
}

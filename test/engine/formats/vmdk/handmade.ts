import { deflateSync } from "node:zlib";
import { fileBytes, type FileBytes } from "./bytes";

export const sector = 512;

/** What a hand-made hosted sparse extent shall be like; sizes in sectors. */
export interface HostedSpec {
  capacity: number;
  grainSectors?: number;
  entriesPerTable?: number;
  version?: number;
  flags?: number;
  /** Guest grain -> what its table entry says: bytes to store, or the entry itself. */
  grains?: ReadonlyMap<number, Uint8Array | number>;
  /** The order in which stored grains lie in the file; that of `grains` when absent. */
  order?: readonly number[];
  descriptor?: string;
  /** Store zlib streams behind markers. */
  compressed?: boolean;
  /** Leave the grain directory's place to a footer. */
  footer?: boolean;
}

/** Where the parts of a hand-made extent lie, in bytes. */
export interface Hosted {
  readonly file: FileBytes;
  readonly redundantDirectory: number;
  readonly redundantTables: number;
  readonly directory: number;
  readonly tables: number;
  readonly tableSize: number;
  /** Byte offsets of the stored grains (of their markers, when compressed). */
  readonly places: ReadonlyMap<number, number>;
  readonly end: number;
}

const flags = { plain: 3, streamed: 0x30001 };

/** A hosted sparse extent: header, descriptor, redundant tables, tables, grains. */
export function hosted(spec: HostedSpec): Hosted {
  const { capacity, grainSectors = 16, entriesPerTable = 512, grains = new Map() } = spec;
  const tableCount = Math.ceil(capacity / (grainSectors * entriesPerTable));
  const tableSize = Math.ceil((entriesPerTable * 4) / sector) * sector;
  const directorySize = Math.ceil((tableCount * 4) / sector) * sector;
  const redundantDirectory = 21 * sector;
  const redundantTables = redundantDirectory + directorySize;
  const directory = redundantTables + tableCount * tableSize;
  const tables = directory + directorySize;
  const overhead = Math.ceil((tables + tableCount * tableSize) / sector);
  const file = fileBytes();
  const compressed = spec.compressed ?? false;
  const header = (at: number, gd: number | bigint): void => {
    file.put(at, "KDMV").u32(at + 4, spec.version ?? 1);
    file.u32(at + 8, spec.flags ?? (compressed ? flags.streamed : flags.plain));
    file.u64(at + 12, capacity).u64(at + 20, grainSectors);
    if (spec.descriptor !== undefined) file.u64(at + 28, 1).u64(at + 36, 20);
    file.u32(at + 44, entriesPerTable);
    file.u64(at + 48, compressed ? 0 : redundantDirectory / sector).u64(at + 56, gd);
    file.u64(at + 64, overhead).put(at + 73, Uint8Array.of(10, 32, 13, 10, compressed ? 1 : 0));
    file.put(at + 511, Uint8Array.of(0));
  };
  header(0, spec.footer ? 2n ** 64n - 1n : directory / sector);
  if (spec.descriptor !== undefined) file.put(sector, spec.descriptor);
  file.bytes(overhead * sector);
  for (let i = 0; i < tableCount; i += 1) {
    file.u32(redundantDirectory + i * 4, (redundantTables + i * tableSize) / sector);
    file.u32(directory + i * 4, (tables + i * tableSize) / sector);
  }
  let end = overhead * sector;
  const places = new Map<number, number>();
  const entry = (grain: number, value: number): void => {
    const at = Math.floor(grain / entriesPerTable) * tableSize + (grain % entriesPerTable) * 4;
    file.u32(redundantTables + at, value).u32(tables + at, value);
  };
  for (const grain of spec.order ?? [...grains.keys()]) {
    const content = grains.get(grain);
    if (content === undefined) continue;
    if (typeof content === "number") {
      entry(grain, content);
      continue;
    }
    places.set(grain, end);
    entry(grain, end / sector);
    if (compressed) {
      const stream = deflateSync(content);
      file
        .u64(end, grain * grainSectors)
        .u32(end + 8, stream.length)
        .put(end + 12, stream);
      end = Math.ceil((end + 12 + stream.length) / sector) * sector;
    } else {
      file.put(end, content);
      end += grainSectors * sector;
    }
    file.bytes(end);
  }
  if (spec.footer) {
    file.u32(end + 12, 3).bytes(end + sector);
    header(end + sector, directory / sector);
    end += 3 * sector;
    file.bytes(end);
  }
  return { file, redundantDirectory, redundantTables, directory, tables, tableSize, places, end };
}

/** A descriptor's text; `extents` are its extent lines. */
export function descriptorText(
  extents: readonly string[],
  { createType = "custom", parentCid = "ffffffff", more = "" } = {},
): string {
  return [
    "# Disk DescriptorFile",
    "version=1",
    "CID=12345678",
    `parentCID=${parentCid}`,
    `createType="${createType}"`,
    ...(more === "" ? [] : [more]),
    "# Extent description",
    ...extents,
    "# The Disk Data Base",
    'ddb.adapterType = "lsilogic"',
    "",
  ].join("\n");
}

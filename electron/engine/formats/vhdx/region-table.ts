import { fields } from "../../codec/fields";
import { guidText } from "../../codec/guid";
import type { ByteSource } from "../../io/source";
import { checksumAt, checksumOf } from "./checksum";
import { headerSectionStep, mebibyte } from "./sizes";
import { requireInFile, vhdxError } from "./vhdx-error";

/** Where the two region tables lie, and bytes of each ([MS-VHDX] 2.2.3). */
export const regionTableOffsets = [3 * headerSectionStep, 4 * headerSectionStep] as const;
export const regionTableSize = headerSectionStep;
export const regionTableSignature = "regi";
export const regionEntriesAt = 16;
export const regionEntrySize = 32;
const mostEntries = 2047;

/** The regions that every file has. */
export const regionGuids = {
  bat: "2dc27766-f623-4200-9d64-115e9bfd4a08",
  metadata: "8b7ca206-4790-4b9a-b8fe-575f050f886e",
} as const;

/** A part of the file that a region table names. */
export interface Region {
  /** Byte offset of the table's entry for it. */
  readonly saidAt: number;
  /** Byte offset. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

/** The known regions, and whether only one of the two tables is whole. */
export interface Regions {
  readonly bat: Region;
  readonly metadata: Region;
  readonly otherDamaged: boolean;
}

/**
 * Reads the first region table that is whole.
 * @throws ImageError `truncated`, `invalid-header`, `unsupported` (a required region is unknown), `limit`, `io`.
 */
export function readRegions(source: ByteSource): Regions {
  requireInFile(source, "region table", regionTableOffsets[0], regionTableSize);
  const whole = regionTableOffsets.flatMap((at) => wholeTableAt(source, at) ?? []);
  const [first, second] = whole;
  if (first === undefined)
    throw vhdxError(
      "invalid-header",
      source,
      regionTableOffsets[0],
      "both region tables are damaged",
      {
        expected: "a region table with a right checksum",
      },
    );
  const regions = parse(source, first);
  const known = (guid: string, name: string): Region => {
    const region = regions.get(guid);
    if (region !== undefined) return region;
    throw vhdxError(
      "invalid-header",
      source,
      first.at,
      `the region table names no ${name} region`,
      {
        expected: guid,
      },
    );
  };
  return {
    bat: known(regionGuids.bat, "BAT"),
    metadata: known(regionGuids.metadata, "metadata"),
    otherDamaged: second === undefined,
  };
}

interface WholeTable {
  readonly at: number;
  readonly bytes: Uint8Array;
}

function wholeTableAt(source: ByteSource, at: number): WholeTable | undefined {
  if (at + regionTableSize > source.size) return undefined;
  const bytes = new Uint8Array(regionTableSize);
  source.read(at, bytes);
  const table = fields(bytes, { order: "little" });
  const right =
    table.text(0, 4) === regionTableSignature && table.u32(checksumAt) === checksumOf(bytes);
  return right ? { at, bytes } : undefined;
}

function parse(source: ByteSource, { at, bytes }: WholeTable): Map<string, Region> {
  const table = fields(bytes, { order: "little", file: source.name, base: at });
  const count = table.u32(8);
  if (count > mostEntries)
    throw vhdxError("invalid-header", source, at + 8, "the region table has too many entries", {
      expected: `at most ${mostEntries}`,
      found: count,
    });
  const known = new Set<string>(Object.values(regionGuids));
  const regions = new Map<string, Region>();
  for (let index = 0; index < count; index += 1) {
    const entry = regionEntriesAt + index * regionEntrySize;
    const guid = guidText(table.bytes(entry, 16));
    const saidAt = at + entry;
    if (!known.has(guid)) {
      if ((table.u32(entry + 28) & 1) === 0) continue;
      throw vhdxError("unsupported", source, saidAt, `the required region ${guid} is unknown`, {
        found: guid,
      });
    }
    const region = { saidAt, offset: table.u64(entry + 16), length: table.u32(entry + 24) };
    const unaligned = region.offset % mebibyte !== 0 || region.length % mebibyte !== 0;
    if (unaligned || region.offset === 0 || regions.has(guid))
      throw vhdxError(
        "invalid-header",
        source,
        saidAt,
        `the place of region ${guid} is not allowed`,
        {
          expected: "one place, offset and length in whole MiB, behind the headers",
          found: `${region.length} bytes at byte ${region.offset}`,
        },
      );
    regions.set(guid, region);
  }
  return regions;
}

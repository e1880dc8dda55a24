import { fields, type Fields } from "../../codec/fields";
import { guidText } from "../../codec/guid";
import type { ByteSource } from "../../io/source";
import type { Region } from "./region-table";
import { headerSectionStep } from "./sizes";
import { requireInFile, vhdxError } from "./vhdx-error";

/** Bytes of the metadata table, behind which the items lie ([MS-VHDX] 2.6.1). */
export const metadataTableSize = headerSectionStep;
export const metadataSignature = "metadata";
export const metadataEntriesAt = 32;
export const metadataEntrySize = 32;
const mostEntries = 2047;
/** Bytes of an item at most. */
const largestItem = 2 ** 20;

/** "IsUser", "IsVirtualDisk", "IsRequired": the flags of an entry. */
export const itemFlags = { isUser: 1, isVirtualDisk: 2, isRequired: 4 } as const;

/** The items that the specification knows. */
export const itemGuids = {
  fileParameters: "caa16737-fa36-4d43-b3b6-33f0aa44e76b",
  virtualDiskSize: "2fa54224-cd1b-4876-b211-5dbed83bf4b8",
  virtualDiskId: "beca12ab-b2e6-4523-93ef-c309e000c746",
  logicalSectorSize: "8141bf1d-a96f-4709-ba47-f233a8faab5f",
  physicalSectorSize: "cda348c7-445d-4471-9cc9-e9885251c556",
  parentLocator: "a8d35f2d-b30b-454d-abf7-d3d84834ab0c",
} as const;
export type ItemName = keyof typeof itemGuids;

/** One metadata item's bytes. */
export interface Item {
  /** Where it lies in the file. */
  readonly at: number;
  readonly bytes: Fields;
}

/** The known items of a file. */
export type Items = ReadonlyMap<ItemName, Item>;

/**
 * Reads the metadata table and the items that it names, at most 1 MiB of each.
 * @throws ImageError `truncated`, `invalid-header`, `unsupported` (a required item is unknown), `limit`, `io`.
 */
export function readItems(source: ByteSource, region: Region): Items {
  const { offset } = region;
  if (region.length < metadataTableSize)
    throw vhdxError("invalid-header", source, region.saidAt, "the metadata region is too small", {
      expected: `at least ${metadataTableSize}`,
      found: region.length,
    });
  requireInFile(source, "metadata table", offset, metadataTableSize);
  const bytes = new Uint8Array(metadataTableSize);
  source.read(offset, bytes);
  const table = fields(bytes, { order: "little", file: source.name, base: offset });
  const signature = table.text(0, 8);
  const count = table.u16(10);
  if (signature !== metadataSignature || count > mostEntries)
    throw vhdxError("invalid-header", source, offset, "the metadata table is damaged", {
      expected: `${metadataSignature}, at most ${mostEntries} entries`,
      found: `${signature}, ${count} entries`,
    });
  const items = new Map<ItemName, Item>();
  for (let index = 0; index < count; index += 1) {
    const entry = metadataEntriesAt + index * metadataEntrySize;
    const name = nameOf(source, table, entry, offset);
    if (name === undefined) continue;
    if (items.has(name))
      throw vhdxError("invalid-header", source, offset + entry, "a metadata item is there twice", {
        found: itemGuids[name],
      });
    items.set(name, readItem(source, region, table, entry));
  }
  return items;
}

/** The known item that an entry tells of; undefined for one that need not be understood. */
function nameOf(
  source: ByteSource,
  table: Fields,
  entry: number,
  offset: number,
): ItemName | undefined {
  const guid = guidText(table.bytes(entry, 16));
  const flags = table.u32(entry + 24);
  // A user's item is another item, whatever its GUID.
  if ((flags & itemFlags.isUser) === 0)
    for (const [name, known] of Object.entries(itemGuids))
      if (known === guid) return name as ItemName;
  if ((flags & itemFlags.isRequired) === 0) return undefined;
  const problem = `the required metadata item ${guid} is unknown`;
  throw vhdxError("unsupported", source, offset + entry, problem, { found: guid });
}

function readItem(source: ByteSource, region: Region, table: Fields, entry: number): Item {
  const inRegion = table.u32(entry + 16);
  const length = table.u32(entry + 20);
  const inside = inRegion >= metadataTableSize && inRegion + length <= region.length;
  if (!inside || length > largestItem)
    throw vhdxError(
      "invalid-header",
      source,
      region.offset + entry + 16,
      "a metadata item's place is not allowed",
      {
        expected: `at most ${largestItem} bytes within ${metadataTableSize} to ${region.length}`,
        found: `${length} bytes at ${inRegion}`,
      },
    );
  const at = region.offset + inRegion;
  requireInFile(source, "metadata item", at, length);
  const bytes = new Uint8Array(length);
  source.read(at, bytes);
  return { at, bytes: fields(bytes, { order: "little", file: source.name, base: at }) };
}

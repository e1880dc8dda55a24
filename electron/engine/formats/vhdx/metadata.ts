import { guidText } from "../../codec/guid";
import type { ByteSource } from "../../io/source";
import { itemGuids, readItems, type Item, type ItemName } from "./metadata-table";
import { readParentLocator, type ParentLocator } from "./parent-locator";
import type { Region } from "./region-table";
import { blockSizes, isBlockSize, largestDisk } from "./sizes";
import { vhdxError } from "./vhdx-error";

/** The metadata of a file by the specification's names ([MS-VHDX] 2.6.2). Sizes in bytes. */
export interface Metadata {
  /** A power of two, 1 MiB to 256 MiB. */
  readonly blockSize: number;
  /** Blocks stay where they are: a fixed disk. */
  readonly leaveBlocksAllocated: boolean;
  /** A differencing disk. */
  readonly hasParent: boolean;
  /** At most 64 TiB. */
  readonly virtualDiskSize: number;
  /** 512 or 4096. */
  readonly logicalSectorSize: number;
  /** Absent where the file lacks it, which it must not; reading needs it not. */
  readonly physicalSectorSize?: number;
  /** Likewise. */
  readonly virtualDiskId?: string;
  /** Where the parent may be; absent for other disks and where the file lacks it. */
  readonly parentLocator?: ParentLocator;
}

/**
 * Reads and checks the metadata.
 * @throws ImageError `truncated`, `invalid-header`, `unsupported`, `limit`, `io`.
 */
export function readMetadata(source: ByteSource, region: Region): Metadata {
  const items = readItems(source, region);
  const required = (name: ItemName): Item => {
    const item = items.get(name);
    if (item !== undefined) return item;
    throw vhdxError(
      "invalid-header",
      source,
      region.offset,
      `the metadata item ${name} is missing`,
      {
        expected: itemGuids[name],
      },
    );
  };
  const parameters = required("fileParameters");
  const flags = parameters.bytes.u32(4);
  const hasParent = (flags & 2) !== 0;
  const logicalSectorSize = sectorSizeOf(source, required("logicalSectorSize"));
  const physical = items.get("physicalSectorSize");
  const id = items.get("virtualDiskId");
  const locator = items.get("parentLocator");
  return {
    blockSize: blockSizeOf(source, parameters),
    leaveBlocksAllocated: (flags & 1) !== 0,
    hasParent,
    virtualDiskSize: diskSizeOf(source, required("virtualDiskSize"), logicalSectorSize),
    logicalSectorSize,
    ...(physical && { physicalSectorSize: sectorSizeOf(source, physical) }),
    ...(id && { virtualDiskId: guidText(id.bytes.bytes(0, 16)) }),
    ...(hasParent && locator && { parentLocator: readParentLocator(source, locator) }),
  };
}

function blockSizeOf(source: ByteSource, { at, bytes }: Item): number {
  const found = bytes.u32(0);
  const { least, most } = blockSizes;
  if (isBlockSize(found)) return found;
  throw vhdxError("invalid-header", source, at, "the block size is not allowed", {
    expected: `a power of two, ${least} to ${most}`,
    found,
  });
}

function sectorSizeOf(source: ByteSource, { at, bytes }: Item): number {
  const found = bytes.u32(0);
  if (found === 512 || found === 4096) return found;
  const expected = "512 or 4096";
  throw vhdxError("invalid-header", source, at, "the sector size is not allowed", {
    expected,
    found,
  });
}

function diskSizeOf(source: ByteSource, { at, bytes }: Item, sectorSize: number): number {
  const found = bytes.u64(0);
  if (found > largestDisk)
    throw vhdxError("limit", source, at, `a disk of ${found} bytes is too large`, {
      expected: `at most ${largestDisk}`,
      found,
    });
  if (found % sectorSize === 0) return found;
  throw vhdxError("invalid-header", source, at, "the disk does not end with a sector", {
    expected: `a multiple of ${sectorSize}`,
    found,
  });
}

import { putFields } from "../../codec/fields";
import { nilGuid } from "../../codec/guid";
import { ImageError } from "../../errors";
import type { ByteTarget } from "../../io/source";
import { zeroRange } from "../../io/zero-range";
import type { Resizing } from "../format";
import {
  createTable,
  entrySize,
  payloadIndex,
  presentState,
  tableLayout,
  type BlockAllocationTable,
} from "./block-allocation-table";
import { checksumAt, checksumOf } from "./checksum";
import { readHeader, type Header } from "./header";
import { readMetadata, type Metadata } from "./metadata";
import { readItems } from "./metadata-table";
import {
  readRegions,
  regionTableOffsets,
  regionTableSize,
  type Region,
  type Regions,
} from "./region-table";
import { writeNextHeader } from "./next-header";
import { largestDisk, mebibyte } from "./sizes";

/** Bytes that a disk writes as one. */
const hostSector = 512;

/**
 * Grows a VHDX image: first the other header with a higher number says that the file is another one
 * now; then the BAT gets its entries, in its region or in a larger one behind all; then one write of a
 * sector of the metadata makes the disk larger. The log stays empty: none of these needs it.
 */
export const vhdxResize: Resizing = {
  shrinks: false,
  preallocations: ["off"],
  run(file, newSize) {
    const { header } = readHeader(file);
    requireEmptyLog(file, header);
    const regions = readRegions(file);
    const disk = readMetadata(file, regions.metadata);
    const size = Math.ceil(newSize / disk.logicalSectorSize) * disk.logicalSectorSize;
    if (size === disk.virtualDiskSize) return;
    if (size > largestDisk) throw tooLarge(file, size);
    const sizeAt = placeOfSize(file, regions.metadata);
    const table = createTable(file, regions.bat, disk);
    const end = endOf(file, regions, header, table, disk);
    writeNextHeader(file, header, { disk: true });
    clearTail(file, disk, table);
    const grown = { ...disk, virtualDiskSize: size };
    growTable(file, regions.bat, disk, grown, end);
    writeSize(file, sizeAt, size);
  },
};

function requireEmptyLog(file: ByteTarget, { logGuid, logOffset }: Header): void {
  if (logGuid === nilGuid) return;
  throw new ImageError("unsupported", `${file.name} was not closed: its log is not empty`, {
    file: file.name,
    at: logOffset,
    hint: "Repair the image first: that writes down what the log holds.",
  });
}

function tooLarge(file: ByteTarget, found: number): ImageError {
  return new ImageError("invalid-argument", `A disk of ${found} bytes is too large for VHDX`, {
    file: file.name,
    expected: `at most ${largestDisk}`,
    found,
  });
}

/** Where the disk's size lies. @throws ImageError `unsupported` where one sector does not hold it. */
function placeOfSize(file: ByteTarget, metadata: Region): number {
  const at = readItems(file, metadata).get("virtualDiskSize")?.at ?? 0;
  if ((at % hostSector) + 8 <= hostSector) return at;
  throw new ImageError("unsupported", `${file.name}: its size lies across two sectors`, {
    file: file.name,
    at,
    hint: "Convert it to a new image, and give that the size.",
  });
}

/** The byte behind all that is in use, in whole MiB. @throws ImageError where blocks lie elsewhere. */
function endOf(
  file: ByteTarget,
  { bat, metadata }: Regions,
  { logOffset, logLength }: Header,
  table: BlockAllocationTable,
  { blockSize }: Metadata,
): number {
  const parts = [bat, metadata, { offset: logOffset, length: logLength }];
  let end = Math.max(file.size, ...parts.map(({ offset, length }) => offset + length));
  for (let block = 0; block < table.layout.payloadBlocks; block += 1) {
    const index = payloadIndex(table.layout, block);
    const kind = table.kind(index);
    const at = table.fileOffset(index);
    const overlaps = parts.some(
      (part) => at < part.offset + part.length && at + blockSize > part.offset,
    );
    if (kind === "unallocated" || kind === "zero") continue;
    if (kind !== "data" || overlaps || at + blockSize > Math.ceil(file.size / mebibyte) * mebibyte)
      throw new ImageError("invalid-table", `${file.name}: block ${block} has no allowed place`, {
        file: file.name,
        at: table.entryAt(index),
        found: at,
        hint: "Convert it to a new image, and give that the size.",
      });
    end = Math.max(end, at + blockSize);
  }
  return Math.ceil(end / mebibyte) * mebibyte;
}

/** What lies in the last block behind the disk's end is about to come into view. */
function clearTail(file: ByteTarget, disk: Metadata, table: BlockAllocationTable): void {
  const { virtualDiskSize, blockSize } = disk;
  const begun = virtualDiskSize % blockSize;
  if (begun === 0) return;
  const index = payloadIndex(table.layout, Math.floor(virtualDiskSize / blockSize));
  const at = table.fileOffset(index) + begun;
  // The file may end within its last block.
  if (table.kind(index) === "data" && at < file.size)
    zeroRange(file, at, Math.min(file.size - at, blockSize - begun));
}

/** Gives the table the entries of a larger disk, which nobody looks at before the disk is larger. */
function growTable(
  file: ByteTarget,
  bat: Region,
  disk: Metadata,
  grown: Metadata,
  end: number,
): void {
  const before = tableLayout(disk);
  const after = tableLayout(grown);
  const bytes = new Uint8Array((after.entries - before.entries) * entrySize);
  const needed = Math.ceil((after.entries * entrySize) / mebibyte) * mebibyte;
  const moves = bat.length < needed;
  let next = moves ? end + needed : end;
  if (disk.leaveBlocksAllocated) {
    const put = putFields(bytes, "little");
    for (let block = before.payloadBlocks; block < after.payloadBlocks; block += 1) {
      const at = (payloadIndex(after, block) - before.entries) * entrySize;
      put.u64(at, next + presentState);
      next += disk.blockSize;
    }
  }
  if (moves) {
    const old = new Uint8Array(before.entries * entrySize);
    file.read(bat.offset, old);
    if (next > file.size) file.truncate(next);
    file.write(end, old);
    file.write(end + old.length, bytes);
    file.flush();
    moveRegion(file, bat, { offset: end, length: needed });
  } else {
    if (disk.leaveBlocksAllocated && next > file.size) file.truncate(next);
    file.write(bat.offset + before.entries * entrySize, bytes);
    file.flush();
  }
}

/** Both region tables name the new place, the second one first: one of the two is always whole. */
function moveRegion(file: ByteTarget, region: Region, to: Omit<Region, "saidAt">): void {
  const bytes = new Uint8Array(regionTableSize);
  const table = regionTableOffsets.find((at) => region.saidAt < at + regionTableSize) ?? 0;
  file.read(table, bytes);
  const put = putFields(bytes, "little");
  put.u64(region.saidAt - table + 16, to.offset);
  put.u32(region.saidAt - table + 24, to.length);
  put.u32(checksumAt, checksumOf(bytes));
  for (const at of regionTableOffsets.toReversed()) {
    file.write(at, bytes);
    file.flush();
  }
}

function writeSize(file: ByteTarget, at: number, size: number): void {
  const bytes = new Uint8Array(8);
  putFields(bytes, "little").u64(0, size);
  file.write(at, bytes);
  file.flush();
}

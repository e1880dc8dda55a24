import { putFields } from "../../codec/fields";
import { ImageError } from "../../errors";
import type { ByteTarget } from "../../io/source";
import { zeroRange } from "../../io/zero-range";
import type { Resizing } from "../format";
import { bitmapSize, unusedEntry } from "./block-allocation-table";
import { checksumOf } from "./checksum";
import {
  entrySize,
  headerChecksumAt,
  readDynamicHeader,
  type DynamicHeader,
} from "./dynamic-header";
import { findFooter, type FoundFooter } from "./find-footer";
import { footerChecksumAt, footerSize, readFooter, sectorSize } from "./footer";
import { largestSize } from "./options";
import { sizeOf } from "./size-rule";

/** As many as the largest disk has in blocks of 512 KiB. */
const mostEntries = 2 ** 22;

/**
 * Grows a VHD image. A fixed disk gets a new footer behind its new end. A dynamic disk gets more
 * entries, behind the table where there is room, else in a table behind the data, to which the header
 * is switched by one write of its sector; then the footer's copy tells the new size, and then the
 * footer. In between they tell different sizes, and every block is there for both.
 */
export const vhdResize: Resizing = {
  shrinks: false,
  preallocations: ["off"],
  run(file, newSize) {
    const found = findFooter(file);
    const footer = readFooter(found.bytes, file.name, found.at);
    const { size: oldSize } = sizeOf(footer);
    const size = Math.ceil(newSize / sectorSize) * sectorSize;
    if (size === oldSize) return;
    refuse(file, found, size);
    const grownFooter = footerOf(found, size);
    if (footer.diskType === "fixed") growFixed(file, found, grownFooter, size);
    else
      growDynamic(file, found, readDynamicHeader(file, footer, oldSize), grownFooter, {
        size,
        oldSize,
      });
  },
};

function refuse(file: ByteTarget, { damage, at }: FoundFooter, size: number): void {
  if (damage !== undefined)
    throw new ImageError("invalid-header", `${file.name}: the hard disk footer is damaged`, {
      file: file.name,
      at,
      hint: "Repair the image first.",
    });
  if (size > largestSize)
    throw new ImageError("invalid-argument", `A disk of ${size} bytes is too large for VHD`, {
      expected: `at most ${largestSize}`,
      found: size,
      hint: "VHDX takes disks of up to 64 TiB.",
    });
}

/** The footer with another size, and the geometry that tells every program to take the size. */
function footerOf({ bytes }: FoundFooter, size: number): Uint8Array {
  const grown = bytes.slice();
  const put = putFields(grown, "big");
  put.u64(48, size);
  put.u16(56, 65535);
  put.u8(58, 16);
  put.u8(59, 255);
  put.u32(footerChecksumAt, checksumOf(grown, footerChecksumAt));
  return grown;
}

/** The old footer lies in what the disk gets: it is wiped as soon as the new one makes it the guest's. */
function growFixed(
  file: ByteTarget,
  { at, dataEnd }: FoundFooter,
  footer: Uint8Array,
  size: number,
): void {
  if (size < dataEnd + footerSize)
    throw new ImageError("unsupported", `${file.name} can only grow by more than its footer`, {
      file: file.name,
      expected: `at least ${dataEnd + footerSize} bytes`,
      found: size,
    });
  file.write(size, footer);
  file.flush();
  zeroRange(file, at, footerSize);
  file.flush();
}

function growDynamic(
  file: ByteTarget,
  found: FoundFooter,
  header: DynamicHeader,
  footer: Uint8Array,
  { size, oldSize }: { size: number; oldSize: number },
): void {
  const { blockSize, tableOffset, maxTableEntries } = header;
  if (maxTableEntries > mostEntries)
    throw new ImageError("limit", `${file.name}: the block allocation table is too large`, {
      file: file.name,
      expected: `at most ${mostEntries} entries`,
      found: maxTableEntries,
    });
  const table = new Uint8Array(maxTableEntries * entrySize);
  file.read(tableOffset, table);
  const view = new DataView(table.buffer);
  const used = requireSound(file, header, view, found.dataEnd);
  clearTail(file, header, view, oldSize);
  const entries = Math.max(maxTableEntries, Math.ceil(size / blockSize));
  const length = Math.ceil((entries * entrySize) / sectorSize) * sectorSize;
  const grown = new Uint8Array(length).fill(0xff);
  grown.set(table);
  const headerAt = Number(readFooter(found.bytes, file.name, found.at).dataOffset);
  const next = Math.min(found.dataEnd, ...used, ...(headerAt > tableOffset ? [headerAt] : []));
  let at = tableOffset;
  let footerAt = found.at;
  if (tableOffset + length <= next) {
    file.write(tableOffset + table.length, grown.subarray(table.length));
  } else {
    // Until the footer is behind it, the copy at the beginning stands in for it.
    at = Math.ceil((found.at + footerSize) / sectorSize) * sectorSize;
    footerAt = at + length;
    file.write(at, grown);
    file.write(footerAt, found.bytes);
  }
  file.flush();
  switchTable(file, headerAt, at, entries);
  file.write(0, footer);
  file.flush();
  file.write(footerAt, footer);
  file.flush();
}

/** The byte offsets of the blocks' bitmaps. @throws ImageError where blocks overlap or lie outside. */
function requireSound(
  file: ByteTarget,
  { tableOffset, blockSize, maxTableEntries }: DynamicHeader,
  view: DataView,
  dataEnd: number,
): number[] {
  const used: number[] = [];
  for (let index = 0; index < maxTableEntries; index += 1) {
    const entry = view.getUint32(index * entrySize);
    if (entry !== unusedEntry) used.push(entry * sectorSize);
  }
  used.sort((a, b) => a - b);
  const length = bitmapSize(blockSize) + blockSize;
  const wrong = used.findIndex((at, index) => at + length > (used[index + 1] ?? dataEnd));
  const inTable = used.some(
    (at) => at < tableOffset + view.byteLength && at + length > tableOffset,
  );
  if (wrong < 0 && !inTable) return used.slice(0, 1);
  throw new ImageError("invalid-table", `${file.name}: the block allocation table is damaged`, {
    file: file.name,
    at: tableOffset,
    hint: "Convert it to a new image, and give that the size.",
  });
}

/** What lies in the last block behind the disk's end is about to come into view. */
function clearTail(
  file: ByteTarget,
  { blockSize }: DynamicHeader,
  view: DataView,
  oldSize: number,
): void {
  const begun = oldSize % blockSize;
  const index = Math.floor(oldSize / blockSize);
  if (begun === 0) return;
  const entry = view.getUint32(index * entrySize);
  if (entry === unusedEntry) return;
  zeroRange(file, entry * sectorSize + bitmapSize(blockSize) + begun, blockSize - begun);
}

/** Table and entries of the dynamic disk header lie in its first sector, as does its checksum. */
function switchTable(file: ByteTarget, headerAt: number, table: number, entries: number): void {
  const bytes = new Uint8Array(2 * sectorSize);
  file.read(headerAt, bytes);
  const put = putFields(bytes, "big");
  put.u64(16, table);
  put.u32(28, entries);
  put.u32(headerChecksumAt, checksumOf(bytes, headerChecksumAt));
  file.write(headerAt, bytes.subarray(0, sectorSize));
  file.flush();
}

import { putFields } from "../../codec/fields";
import { ImageError } from "../../errors";
import { pastEndOf } from "../../io/past-end";
import type { ByteTarget } from "../../io/source";
import { zeroRange } from "../../io/zero-range";
import type { Resizing } from "../format";
import { freeEntry, zeroEntry } from "./block-map";
import { entrySize, readHeader, sectorSize, type Header } from "./header";

/** Blocks that a map of less than 2 GiB can name: what qemu opens at most. */
const mostBlocks = Math.floor((2 ** 31 - 1) / entrySize);

/**
 * Grows a VDI image. The map's new entries are written behind the old ones where there is room before
 * the data; else the blocks in the way are copied to the end and a whole new map is written in their
 * place. One write of the header's sector then makes the disk larger.
 */
export const vdiResize: Resizing = {
  shrinks: false,
  preallocations: ["off"],
  run(file, newSize) {
    const header = readHeader(file);
    const size = Math.ceil(newSize / sectorSize) * sectorSize;
    if (size === header.size) return;
    const cBlocks = Math.max(header.cBlocks, Math.ceil(size / header.cbBlock));
    refuse(file, header, cBlocks);
    const entries = readMap(file, header);
    requireSound(file, header, entries);
    clearTail(file, header, entries);
    const hasRoom = header.offBlocks + cBlocks * entrySize <= header.offData;
    if (hasRoom) growInPlace(file, header, entries, { size, cBlocks });
    else growByMoving(file, header, entries, { size, cBlocks });
  },
};

/** What the disk is to have. */
interface Grown {
  readonly size: number;
  readonly cBlocks: number;
}

/** Whole maps are kept in memory while they are rewritten. */
const mostKept = 2 ** 24;

function refuse(file: ByteTarget, header: Header, cBlocks: number): void {
  const { version, cbBlockExtra, type } = header;
  if (cBlocks > Math.min(mostBlocks, mostKept))
    throw new ImageError("invalid-argument", `${file.name}: the disk is too large for VDI`, {
      file: file.name,
      expected: `at most ${Math.min(mostBlocks, mostKept) * header.cbBlock} bytes`,
      found: cBlocks * header.cbBlock,
    });
  if (version.startsWith("1.") && cbBlockExtra === 0 && (type === "normal" || type === "fixed"))
    return;
  throw new ImageError("unsupported", `${file.name}: this kind of VDI image cannot grow`, {
    file: file.name,
    expected: "version 1, normal or fixed, no extra data in blocks",
    found: `version ${version}, ${type}, ${cbBlockExtra} extra bytes`,
    hint: "Convert it to a new image, and give that the size.",
  });
}

function readMap(file: ByteTarget, { offBlocks, cBlocks }: Header): Uint32Array {
  const bytes = new DataView(new ArrayBuffer(cBlocks * entrySize));
  file.read(offBlocks, new Uint8Array(bytes.buffer));
  return Uint32Array.from({ length: cBlocks }, (_, at) => bytes.getUint32(at * entrySize, true));
}

/**
 * What is damaged must not be built upon: blocks that overlap would be parted, or take another's place, and those
 * that the file has lost would read as zeros.
 */
function requireSound(file: ByteTarget, header: Header, entries: Uint32Array): void {
  const { cBlocksAllocated, offBlocks, offData, cbBlock, size } = header;
  for (const [index, entry] of entries.entries()) {
    // The last one may end with the disk.
    const end = offData + entry * cbBlock + Math.min(cbBlock, size - index * cbBlock);
    if (entry < zeroEntry && end > file.size)
      throw pastEndOf(file, `guest block ${index}`, offData + entry * cbBlock, cbBlock);
  }
  const used = entries.filter((entry) => entry < zeroEntry);
  const inside = used.length === cBlocksAllocated;
  const taken = new Uint8Array(inside ? cBlocksAllocated : 0);
  for (const entry of used) if (entry < taken.length) taken[entry] = 1;
  const spare = entries.subarray(Math.ceil(size / cbBlock)).every((entry) => entry === freeEntry);
  if (inside && spare && taken.every((each) => each === 1)) return;
  throw new ImageError("invalid-table", `${file.name}: the block map is damaged`, {
    file: file.name,
    at: offBlocks,
    expected: `${cBlocksAllocated} blocks, each once`,
    found: `${used.length} blocks`,
    hint: "Convert it to a new image, and give that the size.",
  });
}

/** What lies in the last block behind the disk's end is about to come into view. */
function clearTail(file: ByteTarget, header: Header, entries: Uint32Array): void {
  const { size, cbBlock, offData } = header;
  const begun = size % cbBlock;
  const entry = entries[Math.floor(size / cbBlock)] ?? freeEntry;
  if (begun > 0 && entry < zeroEntry)
    zeroRange(file, offData + entry * cbBlock + begun, cbBlock - begun);
}

/** Entries of the blocks that the disk gets: a fixed disk's have places from slot `first` on. */
function added({ type }: Header, count: number, first: number): Uint32Array {
  const entries = new Uint32Array(count).fill(freeEntry);
  return type === "fixed" ? entries.map((_, at) => first + at) : entries;
}

function growInPlace(file: ByteTarget, header: Header, old: Uint32Array, grown: Grown): void {
  const { offBlocks, offData, cbBlock, type } = header;
  const more = grown.cBlocks - old.length;
  const cBlocksAllocated = header.cBlocksAllocated + (type === "fixed" ? more : 0);
  const end = offData + cBlocksAllocated * cbBlock;
  file.write(
    offBlocks + old.length * entrySize,
    bytesOf(added(header, more, header.cBlocksAllocated)),
  );
  if (type === "fixed" && end > file.size) file.truncate(end);
  file.flush();
  writeHeader(file, { ...grown, offBlocks, offData, cBlocksAllocated });
}

/** The first `count` blocks make room for the new map; numbers count from behind it on, in the end. */
function growByMoving(file: ByteTarget, header: Header, old: Uint32Array, grown: Grown): void {
  const { offData, cbBlock, type } = header;
  const count = Math.ceil((grown.cBlocks * entrySize) / cbBlock);
  const moved = Math.min(count, header.cBlocksAllocated);
  const first = Math.max(count, header.cBlocksAllocated);
  const more = grown.cBlocks - old.length;
  const copies = first + (type === "fixed" ? more : 0);
  const block = new Uint8Array(cbBlock);
  for (let slot = 0; slot < moved; slot += 1) {
    file.read(offData + slot * cbBlock, block);
    file.write(offData + (copies + slot) * cbBlock, block);
  }
  const end = offData + (copies + moved) * cbBlock;
  if (file.size < end) file.truncate(end);
  file.flush();
  const entries = old.map((entry) => (entry < moved ? copies + entry : entry));
  if (moved > 0) {
    // Whoever adds a block after a crash must find the copies counted.
    writeHeader(file, { ...header, cBlocksAllocated: copies + moved });
    file.write(header.offBlocks, bytesOf(entries));
    file.flush();
  }
  const all = Uint32Array.from([...entries, ...added(header, more, first)]);
  file.write(offData, bytesOf(all.map((entry) => (entry < zeroEntry ? entry - count : entry))));
  file.flush();
  writeHeader(file, {
    ...grown,
    offBlocks: offData,
    offData: offData + count * cbBlock,
    cBlocksAllocated: copies + moved - count,
  });
}

function bytesOf(entries: Uint32Array): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(entries.length * entrySize));
  for (const [at, entry] of entries.entries()) bytes.setUint32(at * entrySize, entry, true);
  return new Uint8Array(bytes.buffer);
}

type Switched = Pick<Header, "size" | "cBlocks" | "offBlocks" | "offData" | "cBlocksAllocated">;

/** All that says where things are lies in the first sector of the file. */
function writeHeader(file: ByteTarget, to: Switched): void {
  const bytes = new Uint8Array(sectorSize);
  file.read(0, bytes);
  const put = putFields(bytes, "little");
  put.u32(340, to.offBlocks);
  put.u32(344, to.offData);
  put.u64(368, to.size);
  put.u32(384, to.cBlocks);
  put.u32(388, to.cBlocksAllocated);
  file.write(0, bytes);
  file.flush();
}

import { withPageCache } from "../../io/page-cache";
import type { ByteSource } from "../../io/source";
import type { Metadata } from "./metadata";
import type { Region } from "./region-table";
import { requireInFile, vhdxError } from "./vhdx-error";

/** Bytes of an entry ([MS-VHDX] 2.5.1). */
export const entrySize = 8;
/** Sectors that one sector bitmap block tells of. */
const sectorsPerBitmap = 2 ** 23;

/** "PAYLOAD_BLOCK_FULLY_PRESENT" and "SB_BLOCK_PRESENT". */
export const presentState = 6;
/** "PAYLOAD_BLOCK_ZERO". */
export const zeroState = 2;

/** What a state says of a payload block ([MS-VHDX] 2.5.1.1). */
export type BlockKind = "unallocated" | "zero" | "data" | "partial" | "invalid";

/**
 * By their numbers: not present, undefined, zero, unmapped, -, unmapped (in drafts of the
 * specification), fully present, partially present. What is undefined or unmapped is no longer of
 * interest, and not the parent's.
 */
const kinds: readonly BlockKind[] = [
  "unallocated",
  "zero",
  "zero",
  "zero",
  "invalid",
  "zero",
  "data",
  "partial",
];

/** How many entries the table has, and where each lies: it is the same for every kind of disk. */
export interface TableLayout {
  readonly payloadBlocks: number;
  /** Payload blocks whose entries lie between those of two sector bitmap blocks. */
  readonly chunkRatio: number;
  /** Entries that the disk needs. */
  readonly entries: number;
}

/** The layout of a disk's table; sizes in bytes ([MS-VHDX] 2.5). */
export function tableLayout(
  disk: Pick<Metadata, "virtualDiskSize" | "blockSize" | "logicalSectorSize" | "hasParent">,
): TableLayout {
  const { virtualDiskSize, blockSize, logicalSectorSize, hasParent } = disk;
  const chunkRatio = (sectorsPerBitmap * logicalSectorSize) / blockSize;
  const payloadBlocks = Math.ceil(virtualDiskSize / blockSize);
  const chunks = Math.ceil(payloadBlocks / chunkRatio);
  // Only a disk with a parent needs the bitmap behind the last, perhaps shorter, chunk.
  const entries = hasParent ? chunks * (chunkRatio + 1) : payloadBlocks + Math.max(0, chunks - 1);
  return { payloadBlocks, chunkRatio, entries };
}

/** Index of the entry of a payload block: one entry of a sector bitmap lies behind each chunk. */
export function payloadIndex({ chunkRatio }: TableLayout, block: number): number {
  return block + Math.floor(block / chunkRatio);
}

/** Index of the entry of a chunk's sector bitmap block. */
export function bitmapIndex({ chunkRatio }: TableLayout, chunk: number): number {
  return chunk * (chunkRatio + 1) + chunkRatio;
}

/** The block allocation table. Entries are named by their index in it. */
export interface BlockAllocationTable {
  readonly layout: TableLayout;
  /** The state, 0 to 7. */
  state(index: number): number;
  /** Where the entry says that the block lies: a byte offset in whole MiB. */
  fileOffset(index: number): number;
  kind(index: number): BlockKind;
  /**
   * How many payload blocks from `block` on, and before `end`, are alike: of one kind, and where that
   * is "data", one behind the other in the file. At least 1; 1 for "partial" and "invalid".
   */
  alike(block: number, end: number): number;
  /** Where an entry lies in the file. */
  entryAt(index: number): number;
}

/** Entries that are looked at together. */
const entriesPerPiece = 4096;

/**
 * The table of an image; at most 4 MiB of it in memory.
 * @throws ImageError `invalid-header` (the region is too small for the disk), `truncated`.
 */
export function createTable(
  source: ByteSource,
  region: Region,
  disk: Metadata,
): BlockAllocationTable {
  const layout = tableLayout(disk);
  const { chunkRatio, entries } = layout;
  const needed = entries * entrySize;
  if (region.length < needed)
    throw vhdxError(
      "invalid-header",
      source,
      region.saidAt + 24,
      "the BAT is too small for the disk",
      {
        expected: `at least ${needed} bytes`,
        found: region.length,
      },
    );
  requireInFile(source, "BAT", region.offset, needed);
  const cached = withPageCache(source);
  const piece = new DataView(new ArrayBuffer(entriesPerPiece * entrySize));
  const bytes = new Uint8Array(piece.buffer);
  let pieceStart = 0;
  let pieceEnd = 0;

  /** Makes the piece hold entry `index`; the answer is where it lies in the piece. */
  function load(index: number): number {
    if (index < pieceStart || index >= pieceEnd) {
      const start = index - (index % entriesPerPiece);
      const count = Math.min(entriesPerPiece, entries - start);
      // Nothing counts as loaded when reading fails half way.
      pieceEnd = 0;
      cached.read(region.offset + start * entrySize, bytes.subarray(0, count * entrySize));
      pieceStart = start;
      pieceEnd = start + count;
    }
    return (index - pieceStart) * entrySize;
  }

  const state = (index: number): number => piece.getUint32(load(index), true) & 7;
  const kind = (index: number): BlockKind => kinds[state(index)] ?? "invalid";
  const offsetAt = (at: number): number =>
    piece.getUint32(at + 4, true) * 2 ** 32 + ((piece.getUint32(at, true) & 0xfff00000) >>> 0);

  return {
    layout,
    state,
    kind,
    fileOffset: (index) => offsetAt(load(index)),
    entryAt: (index) => region.offset + index * entrySize,
    alike(block, end) {
      const first = payloadIndex(layout, block);
      const wanted = kind(first);
      if (wanted === "partial" || wanted === "invalid") return 1;
      let expected = wanted === "data" ? offsetAt(load(first)) : 0;
      let next = block + 1;
      while (next < end) {
        const index = payloadIndex(layout, next);
        let at = load(index);
        const chunkEnd = (Math.floor(next / chunkRatio) + 1) * chunkRatio;
        const stop = Math.min(end, chunkEnd, next + pieceEnd - index);
        for (; next < stop; next += 1, at += entrySize) {
          if (kinds[piece.getUint32(at, true) & 7] !== wanted) return next - block;
          if (wanted !== "data") continue;
          expected += disk.blockSize;
          if (offsetAt(at) !== expected) return next - block;
        }
      }
      return next - block;
    },
  };
}

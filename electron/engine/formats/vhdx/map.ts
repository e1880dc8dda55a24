import { ImageError } from "../../errors";
import type { ImageLayer, Run } from "../../image/layer";
import { createBitmaps } from "../../io/sector-bitmap";
import type { ByteSource } from "../../io/source";
import {
  bitmapIndex,
  payloadIndex,
  presentState,
  type BlockAllocationTable,
} from "./block-allocation-table";
import type { Metadata } from "./metadata";
import { mebibyte } from "./sizes";
import { vhdxError } from "./vhdx-error";

/** A stretch of one kind; `host` is -1 when the file does not hold it. */
interface Stretch {
  readonly kind: "data" | "zero" | "unallocated";
  readonly host: number;
  readonly length: number;
}

/**
 * The `map` of a VHDX layer ([MS-VHDX] 2.5): blocks as the table tells, and sectors of partially
 * present blocks as the chunk's sector bitmap tells.
 * @param source The file as it is after its log was replayed.
 * @param parentMissing Called for what neither the file nor a parent with a name holds; undefined when
 *   that is zeros.
 */
export function createMap(
  source: ByteSource,
  table: BlockAllocationTable,
  disk: Metadata,
  parentMissing: (() => ImageError) | undefined,
): ImageLayer["map"] {
  const { blockSize, virtualDiskSize, logicalSectorSize, hasParent } = disk;
  const { layout } = table;
  const bitmaps = createBitmaps(source, "lowest");

  function stretchAt(guestAt: number, end: number): Stretch {
    const block = Math.floor(guestAt / blockSize);
    const index = payloadIndex(layout, block);
    const kind = table.kind(index);
    if (kind === "invalid") throw entryError(index, "a state that the specification knows");
    if (kind === "partial") return partialAt(guestAt, end, block, index);
    const blocks = table.alike(block, Math.ceil(end / blockSize));
    const length = Math.min((block + blocks) * blockSize, end) - guestAt;
    if (kind !== "data") return { kind, host: -1, length };
    return stored(index, table.fileOffset(index) + (guestAt % blockSize), length);
  }

  /** In a partially present block: a run of sectors that are here, or that are the parent's. */
  function partialAt(guestAt: number, end: number, block: number, index: number): Stretch {
    if (!hasParent) throw entryError(index, "no partially present block in a disk without parent");
    const { chunkRatio } = layout;
    const bitmapEntry = bitmapIndex(layout, Math.floor(block / chunkRatio));
    const bitmapAt = table.fileOffset(bitmapEntry);
    const there = table.state(bitmapEntry) === presentState && bitmapAt + mebibyte <= source.size;
    if (!there || bitmapAt < mebibyte) throw entryError(bitmapEntry, "a sector bitmap block");
    const inChunk = (guestAt % (chunkRatio * blockSize)) / logicalSectorSize;
    const first = Math.floor(inChunk);
    const stop = Math.min(end, (block + 1) * blockSize);
    const last = Math.ceil(inChunk + (stop - guestAt) / logicalSectorSize);
    const run = bitmaps.run(bitmapAt, first, last);
    const length = Math.min((first + run.sectors - inChunk) * logicalSectorSize, stop - guestAt);
    if (!run.stored) return { kind: "unallocated", host: -1, length };
    return stored(index, table.fileOffset(index) + (guestAt % blockSize), length);
  }

  /** Data at `host`, as much of it as the file has. */
  function stored(index: number, host: number, length: number): Stretch {
    const left = source.size - host;
    if (table.fileOffset(index) < mebibyte || left <= 0)
      throw entryError(index, `a block within bytes ${mebibyte} to ${source.size}`);
    return { kind: "data", host, length: Math.min(length, left) };
  }

  function entryError(index: number, expected: string): ImageError {
    const at = table.entryAt(index);
    return vhdxError("invalid-table", source, at, `entry ${index} of the BAT is damaged`, {
      expected,
      found: `state ${table.state(index)}, byte ${table.fileOffset(index)}`,
    });
  }

  return (guestAt, max): Run => {
    const end = Math.min(guestAt + max, virtualDiskSize);
    const { kind, host, length: first } = stretchAt(guestAt, end);
    let until = guestAt + first;
    while (until < end) {
      // A damaged entry further on is told when it is asked for.
      const next = attempt(() => stretchAt(until, end));
      const expected = host < 0 ? -1 : host + (until - guestAt);
      if (next?.kind !== kind || next.host !== expected) break;
      until += next.length;
    }
    const length = until - guestAt;
    if (kind === "data") return { kind, source, at: host, length };
    if (kind === "unallocated" && parentMissing !== undefined) throw parentMissing();
    return { kind, length };
  };
}

/** What `look` yields, or undefined when it meets damage. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof ImageError) return undefined;
    throw error;
  }
}

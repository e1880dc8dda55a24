import type { ByteTarget } from "../../io/source";
import type { Layout } from "./layout";
import type { Plan } from "./options";
import { setRefcountOne } from "./refcounts";
import type { SlotMap } from "./slot-map";

/**
 * Bytes of table that are built in memory and written at once: a multiple of every cluster size.
 * Pieces of the L1 table without an entry stay holes.
 */
export const pieceSize = 2 * 1024 * 1024;

/** Bit 63 of an L1 or L2 entry, in its upper 32 bits: the refcount is exactly one. */
const copied = 0x80000000;

/** All 32 subclusters allocated. */
const allAllocated = 0xffffffff;

/**
 * Writes `length` bytes at `at`, a piece at a time. `fill` puts what belongs at byte `from` of the table
 * on into a zeroed piece, and answers whether that was anything: what it was not stays a hole.
 */
function writePieces(
  target: ByteTarget,
  at: number,
  length: number,
  fill: (piece: DataView, from: number) => boolean,
): void {
  const bytes = new Uint8Array(Math.min(pieceSize, length));
  for (let from = 0; from < length; from += pieceSize) {
    const piece = bytes.subarray(0, Math.min(pieceSize, length - from));
    piece.fill(0);
    const view = new DataView(piece.buffer, 0, piece.length);
    if (fill(view, from)) target.write(at + from, piece);
  }
}

/** Puts an L1 entry or the descriptor of an L2 entry: a host offset and the COPIED flag. */
function putEntry(piece: DataView, at: number, hostOffset: number): void {
  piece.setUint32(at, (copied + Math.floor(hostOffset / 2 ** 32)) >>> 0);
  piece.setUint32(at + 4, hostOffset % 2 ** 32);
}

/** Writes the L2 tables `used`, in that order, from cluster `layout.l2` on. */
export function writeL2Tables(
  target: ByteTarget,
  plan: Plan,
  layout: Layout,
  slots: SlotMap,
  used: readonly number[],
): void {
  const { clusterSize, extendedL2, l2Entries } = plan;
  const entrySize = extendedL2 ? 16 : 8;
  writePieces(target, layout.l2 * clusterSize, used.length * clusterSize, (piece, from) => {
    const first = from / clusterSize;
    const count = piece.byteLength / clusterSize;
    used.slice(first, first + count).forEach((l1Index, i) => {
      const table = slots.table(l1Index);
      for (let entry = 0; entry < l2Entries; entry++) {
        const slot = table[entry] ?? 0;
        if (slot === 0) continue;
        const at = i * clusterSize + entry * entrySize;
        // Slot n, kept as n + 1, is the file's cluster n + 1: the header takes cluster 0.
        putEntry(piece, at, slot * clusterSize);
        if (extendedL2) piece.setUint32(at + 12, allAllocated);
      }
    });
    return true;
  });
}

/** Writes the L1 table: entry `used[i]` points to the i-th L2 table. */
export function writeL1Table(
  target: ByteTarget,
  plan: Plan,
  layout: Layout,
  used: readonly number[],
): void {
  let next = 0;
  writePieces(target, layout.l1 * plan.clusterSize, plan.l1Size * 8, (piece, from) => {
    const before = next;
    for (; next < used.length; next++) {
      const at = (used[next] ?? 0) * 8 - from;
      if (at >= piece.byteLength) break;
      putEntry(piece, at, (layout.l2 + next) * plan.clusterSize);
    }
    return next > before;
  });
}

/** Writes refcount blocks and table: every cluster of the file is used once, save slots that hold nothing. */
export function writeRefcounts(
  target: ByteTarget,
  plan: Plan,
  layout: Layout,
  slots: SlotMap,
): void {
  const { clusterSize, refcountBits } = plan;
  const { blocks, tableClusters } = layout.refcounts;
  const empty = slots.placed < layout.slots ? slots.emptySlots(layout.slots) : undefined;
  const at = layout.refcountBlocks * clusterSize;
  writePieces(target, at, blocks * clusterSize, (piece, from) => {
    const bytes = new Uint8Array(piece.buffer, 0, piece.byteLength);
    const first = (from * 8) / refcountBits;
    const count = Math.min((piece.byteLength * 8) / refcountBits, layout.total - first);
    for (let i = 0; i < count; i++) {
      if (empty?.(first + i - 1) !== true) setRefcountOne(bytes, i, refcountBits);
    }
    return true;
  });
  const tableAt = layout.refcountTable * clusterSize;
  writePieces(target, tableAt, tableClusters * clusterSize, (piece, from) => {
    const first = from / 8;
    const count = Math.min(piece.byteLength / 8, blocks - first);
    for (let i = 0; i < count; i++) {
      const offset = (layout.refcountBlocks + first + i) * clusterSize;
      piece.setUint32(i * 8, Math.floor(offset / 2 ** 32));
      piece.setUint32(i * 8 + 4, offset % 2 ** 32);
    }
    return true;
  });
}

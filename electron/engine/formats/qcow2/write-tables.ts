import type { ByteTarget } from "../../io/source";
import { isCompressed, standardEntry, type EntryWords } from "./entry-words";
import type { Layout } from "./layout";
import type { Plan } from "./options";
import { setRefcount } from "./refcounts";

/** Sets an L2 entry; "zero" stands for a cluster that reads as zeros and has no place. */
export type PutEntry = (entry: number, words: EntryWords, kind?: "zero") => void;

/** What the tables tell of the guest clusters that were written. */
export interface WrittenClusters {
  /** The indices of the L2 tables that have something to say, ascending. */
  usedTables(): number[];
  /** Calls `put` with every entry of L2 table `l1Index` that is not zero; only for one that is used. */
  eachEntry(l1Index: number, put: PutEntry): void;
  /** With extended L2 entries: whether the clusters' places hold nothing yet. Not, when absent. */
  readonly empty?: boolean;
  /** Tells how many guest clusters lie, wholly or in part, in one of slots 0 to `slots` - 1. */
  refcounts(slots: number): (slot: number) => number;
}

/**
 * Bytes of table that are built in memory and written at once: a multiple of every cluster size.
 * Pieces of the L1 table without an entry stay holes.
 */
export const pieceSize = 2 * 1024 * 1024;

/** All 32 subclusters. */
const allSubclusters = 0xffffffff;

/** The flag of an entry that has no subclusters: it reads as zeros. */
const zeroFlag = 1;

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

function putEntry(piece: DataView, at: number, { high, low }: EntryWords): void {
  piece.setUint32(at, high);
  piece.setUint32(at + 4, low);
}

/** Writes the L2 tables `used`, in that order, from cluster `layout.l2` on. */
export function writeL2Tables(
  target: ByteTarget,
  plan: Plan,
  layout: Layout,
  clusters: WrittenClusters,
  used: readonly number[],
): void {
  const { clusterSize, extendedL2 } = plan;
  const entrySize = extendedL2 ? 16 : 8;
  writePieces(target, layout.l2 * clusterSize, used.length * clusterSize, (piece, from) => {
    const first = from / clusterSize;
    const count = piece.byteLength / clusterSize;
    used.slice(first, first + count).forEach((l1Index, i) => {
      clusters.eachEntry(l1Index, (entry, words, kind) => {
        const at = i * clusterSize + entry * entrySize;
        if (kind === "zero") {
          if (extendedL2) piece.setUint32(at + 8, allSubclusters);
          else piece.setUint32(at + 4, zeroFlag);
          return;
        }
        putEntry(piece, at, words);
        // A compressed cluster has no subclusters.
        if (extendedL2 && clusters.empty !== true && !isCompressed(words))
          piece.setUint32(at + 12, allSubclusters);
      });
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
      putEntry(piece, at, standardEntry((layout.l2 + next) * plan.clusterSize));
    }
    return next > before;
  });
}

/** Writes refcount blocks and table: every cluster of the file is used once, save those of the slots. */
export function writeRefcounts(
  target: ByteTarget,
  plan: Plan,
  layout: Layout,
  clusters: WrittenClusters,
): void {
  const { clusterSize, refcountBits } = plan;
  const { blocks, tableClusters } = layout.refcounts;
  const refcount = clusters.refcounts(layout.slots);
  const at = layout.refcountBlocks * clusterSize;
  writePieces(target, at, blocks * clusterSize, (piece, from) => {
    const bytes = new Uint8Array(piece.buffer, 0, piece.byteLength);
    const first = (from * 8) / refcountBits;
    const count = Math.min((piece.byteLength * 8) / refcountBits, layout.total - first);
    for (let i = 0; i < count; i++) {
      const slot = first + i - 1;
      const isSlot = slot >= 0 && slot < layout.slots;
      setRefcount(bytes, i, refcountBits, isSlot ? refcount(slot) : 1);
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

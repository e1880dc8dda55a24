import type { ByteSource } from "../../io/source";
import { headerError } from "../header-error";
import { hasExtendedL2, l2EntriesOf, limits, type Header } from "./header";
import { requireTable } from "./tables";

/** An L1 table, in memory (at most 32 MiB; specification, "Cluster mapping"). */
export interface L1Table {
  /** Byte offset of the L2 table that entry `index` points to; 0 when it points to none. */
  l2TableOffset(index: number): number;
  /** The first index in [index, end) whose entry points to an L2 table; `end` when none does. */
  nextUsed(index: number, end: number): number;
}

/**
 * Reads the L1 table that the header names: the active one or, at a snapshot, that one's.
 * @throws ImageError `limit`, `invalid-header` when it is too short for the disk, `invalid-table`, `truncated`.
 */
export function readL1Table(source: ByteSource, header: Header): L1Table {
  const { size, clusterSize, l1Size, l1TableOffset } = header;
  const guestBytesPerEntry = l2EntriesOf(clusterSize, hasExtendedL2(header)) * clusterSize;
  const needed = Math.ceil(size / guestBytesPerEntry);
  if (l1Size < needed) {
    throw headerError(source, 36, "the L1 table is too small for the disk", {
      expected: `at least ${needed} entries`,
      found: l1Size,
    });
  }
  const place = {
    name: "L1 table",
    offset: l1TableOffset,
    length: l1Size * 8,
    saidAt: 40,
    limit: limits.l1Table,
  };
  if (l1Size > 0) requireTable(source, header, place);
  // Entries past the disk's end belong to saved machine state, which only snapshots use.
  const bytes = new Uint8Array(needed * 8);
  source.read(l1TableOffset, bytes);
  const words = new Uint32Array(bytes.buffer);
  const view = new DataView(bytes.buffer);

  // Bits 9 to 55; the others are flags or reserved.
  const offsetOf = (index: number): number =>
    (view.getUint32(index * 8) & 0x00ffffff) * 2 ** 32 +
    ((view.getUint32(index * 8 + 4) & 0xfffffe00) >>> 0);

  return {
    l2TableOffset: offsetOf,
    nextUsed(index, end) {
      // A sparse disk of 1 PiB has two million empty entries: whole zero words are passed over first.
      for (let i = index; i < end; i++) {
        if (words[2 * i] === 0 && words[2 * i + 1] === 0) continue;
        if (offsetOf(i) !== 0) return i;
      }
      return end;
    },
  };
}

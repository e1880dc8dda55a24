import { standardEntry } from "../entry-words";

/** Bit 63 of an entry, in its upper half: the refcount is exactly one. */
export const copiedBit = 0x80000000;
/** Bit 62 of an L2 entry, in its upper half: the cluster is compressed. */
export const compressedBit = 0x40000000;

/** The byte offset in bits 9 to 55 of the entry at byte `at` of `table`. */
export function offsetIn(table: DataView, at: number): number {
  return (
    (table.getUint32(at) & 0x00ffffff) * 2 ** 32 + ((table.getUint32(at + 4) & 0xfffffe00) >>> 0)
  );
}

/** Points the L1 or L2 entry at byte `at` of `table` to byte `offset`; its other bits become 0. */
export function putEntry(table: DataView, at: number, offset: number, copied: boolean): void {
  const { high, low } = standardEntry(offset);
  table.setUint32(at, copied ? high : high - copiedBit);
  table.setUint32(at + 4, low);
}

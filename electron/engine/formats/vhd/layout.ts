import { hostBlock, wholeHostBlocks } from "../../io/host-blocks";
import { entrySize, headerSize } from "./dynamic-header";
import { footerSize, sectorSize } from "./footer";
import { blockSize } from "./options";

// Where things lie in a new dynamic disk: footer copy, dynamic disk header, block allocation table, slots,
// footer. All in bytes.

export const tableOffset = footerSize + headerSize;

/** A block on whole host blocks, and one in front of it that ends with its bitmap. */
export const slotSize = hostBlock + blockSize;

/** Bytes of the table of a disk with so many blocks, padded to whole sectors. */
export function tableSize(blocks: number): number {
  return Math.ceil((blocks * entrySize) / sectorSize) * sectorSize;
}

/** Where the first slot of a disk with so many blocks begins. */
export function firstSlotOf(blocks: number): number {
  return wholeHostBlocks(tableOffset + tableSize(blocks));
}

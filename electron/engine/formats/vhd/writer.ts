import { ImageError } from "../../errors";
import type { ImageWriter } from "../../image/writer";
import { hostBlock } from "../../io/host-blocks";
import { takeSpace } from "../../io/preallocation";
import type { ByteTarget } from "../../io/source";
import type { CreateSpec } from "../format";
import { bitmapSize, unusedEntry } from "./block-allocation-table";
import { entrySize } from "./dynamic-header";
import { footerSize, sectorSize } from "./footer";
import { dynamicHeaderBytes, footerBytes } from "./header-writer";
import { firstSlotOf, slotSize, tableOffset, tableSize } from "./layout";
import { blockSize, planOf, type Plan } from "./options";

/**
 * Begins a new VHD image, which has exactly the size asked for, or that in whole MiB.
 * @throws ImageError `invalid-argument` for a size, option or parent that it cannot have; as `takeSpace`.
 */
export function createVhd(target: ByteTarget, spec: CreateSpec): ImageWriter {
  const plan = planOf(spec);
  return plan.subformat === "fixed" ? createFixed(target, plan) : createDynamic(target, plan);
}

/** The guest's bytes as they are, and the footer. */
function createFixed(target: ByteTarget, { size, preallocation }: Plan): ImageWriter {
  return {
    placement: { kind: "linear", base: 0, blockSize: hostBlock },
    ...takeSpace(target, size + footerSize, preallocation),
    placed() {
      throw new ImageError("invalid-argument", "A fixed VHD image hands out no slots");
    },
    finish() {
      // Not shorter in between: the footer's reserved space would be given back.
      target.truncate(size + footerSize);
      target.write(size, footerBytes(2, size, undefined));
    },
  };
}

/**
 * Footer copy, dynamic disk header, block allocation table, blocks, footer. Every block begins on a
 * page, its bitmap in the sector before: a slot is a page longer than its block.
 */
function createDynamic(target: ByteTarget, { size, blocks }: Plan): ImageWriter {
  const table = new DataView(new ArrayBuffer(tableSize(blocks)));
  const tableBytes = new Uint8Array(table.buffer).fill(0xff);
  const firstSlotAt = firstSlotOf(blocks);
  const bitmapAt = (slot: number): number =>
    firstSlotAt + slot * slotSize + hostBlock - bitmapSize(blockSize);

  return {
    placement: {
      kind: "slots",
      blockSize,
      firstSlotAt,
      slotSize,
      headSize: hostBlock,
      holeSize: hostBlock,
    },
    placed(firstBlock, firstSlot, count) {
      for (let i = 0; i < count; i += 1)
        table.setUint32((firstBlock + i) * entrySize, bitmapAt(firstSlot + i) / sectorSize);
    },
    finish(slots) {
      // Every sector of a block that is there counts as written.
      const bitmap = new Uint8Array(bitmapSize(blockSize)).fill(0xff);
      for (let index = 0; index < blocks; index += 1) {
        const entry = table.getUint32(index * entrySize);
        if (entry !== unusedEntry) target.write(entry * sectorSize, bitmap);
      }
      target.write(tableOffset, tableBytes);
      const end = firstSlotAt + slots * slotSize;
      const footer = footerBytes(3, size, footerSize);
      target.truncate(end);
      target.write(end, footer);
      target.write(footerSize, dynamicHeaderBytes(tableOffset, blocks, blockSize));
      // The copy last: a file without footers is no image yet.
      target.write(0, footer);
    },
  };
}

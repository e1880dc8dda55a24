import { putFields } from "../../codec/fields";
import { newGuid } from "../../codec/guid";
import { ImageError } from "../../errors";
import type { ImageWriter } from "../../image/writer";
import { hostBlock } from "../../io/host-blocks";
import { takeSpace } from "../../io/preallocation";
import type { ByteTarget } from "../../io/source";
import type { CreateSpec } from "../format";
import { entrySize, payloadIndex, presentState, zeroState } from "./block-allocation-table";
import { headerOffsets } from "./header";
import { headerBytes, identifierBytes, metadataBytes, regionTableBytes } from "./header-writer";
import { lengthWith, planOf, type Plan } from "./options";
import { blocksPerPage, createPlacedBlocks, everyPage, pageEntries } from "./placed-blocks";
import { regionTableOffsets } from "./region-table";

/**
 * Begins a new VHDX image: header section, log, metadata, BAT, blocks. Dynamic: blocks in the order of
 * their slots, what is zero not present. Fixed: every block in its place. Zeros are left out in pieces of
 * one host block.
 * @throws ImageError `invalid-argument` for a size, option or parent that it cannot have; as `takeSpace`.
 */
export function createVhdx(target: ByteTarget, spec: CreateSpec): ImageWriter {
  const plan = planOf(spec);
  return plan.subformat === "fixed" ? createFixed(target, plan) : createDynamic(target, plan);
}

function createDynamic(target: ByteTarget, plan: Plan): ImageWriter {
  const { blockSize, dataOffset, layout, blockStateZero } = plan;
  const blocks = createPlacedBlocks();
  return {
    placement: {
      kind: "slots",
      blockSize,
      firstSlotAt: dataOffset,
      slotSize: blockSize,
      headSize: 0,
      holeSize: hostBlock,
    },
    placed: blocks.set,
    finish(slots) {
      const pages = blockStateZero ? everyPage(layout) : blocks.pages.keys();
      for (const index of pages) {
        const page = blocks.pages.get(index);
        writeEntries(target, plan, index * blocksPerPage, (inPage) => (page?.[inPage] ?? 0) - 1);
      }
      finish(target, plan, slots);
    },
  };
}

function createFixed(target: ByteTarget, plan: Plan): ImageWriter {
  const { layout } = plan;
  return {
    placement: { kind: "linear", base: plan.dataOffset, blockSize: hostBlock },
    ...takeSpace(target, lengthWith(plan, layout.payloadBlocks), plan.preallocation),
    placed() {
      throw new ImageError("invalid-argument", "A fixed VHDX image hands out no slots");
    },
    finish() {
      for (const index of everyPage(layout)) {
        const first = index * blocksPerPage;
        writeEntries(target, plan, first, (inPage) => first + inPage);
      }
      finish(target, plan, layout.payloadBlocks);
    },
  };
}

/**
 * Writes the BAT's entries for a page of blocks. Those of sector bitmap blocks among them are zero: only
 * a disk with a parent has such blocks.
 * @param slotOf The slot of the page's n-th block, negative when it has none.
 */
function writeEntries(
  target: ByteTarget,
  { layout, batOffset, dataOffset, blockSize, blockStateZero }: Plan,
  firstBlock: number,
  slotOf: (inPage: number) => number,
): void {
  const blocks = Math.min(blocksPerPage, layout.payloadBlocks - firstBlock);
  const first = payloadIndex(layout, firstBlock);
  const { at: from, length } = pageEntries(layout, firstBlock / blocksPerPage);
  const bytes = new Uint8Array(length);
  const put = putFields(bytes, "little");
  for (let inPage = 0; inPage < blocks; inPage += 1) {
    const slot = slotOf(inPage);
    const at = (payloadIndex(layout, firstBlock + inPage) - first) * entrySize;
    // Offsets are in whole MiB: the state fits into the bits below.
    if (slot >= 0) put.u64(at, dataOffset + slot * blockSize + presentState);
    else if (blockStateZero) put.u64(at, zeroState);
  }
  target.write(batOffset + from, bytes);
}

/** Sets the length and writes the rest; the identifier last: without it the file is no image yet. */
function finish(target: ByteTarget, plan: Plan, slots: number): void {
  target.truncate(lengthWith(plan, slots));
  target.write(plan.metadataOffset, metadataBytes(plan));
  const regionTable = regionTableBytes(plan);
  for (const at of regionTableOffsets) target.write(at, regionTable);
  const guids = { fileWriteGuid: newGuid(), dataWriteGuid: newGuid() };
  for (const [index, at] of headerOffsets.entries())
    target.write(at, headerBytes(plan, guids, index + 1));
  target.write(0, identifierBytes());
}

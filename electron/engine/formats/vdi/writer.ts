import { putFields } from "../../codec/fields";
import { newGuid } from "../../codec/guid";
import { ImageError } from "../../errors";
import type { ImageWriter } from "../../image/writer";
import { hostBlock } from "../../io/host-blocks";
import { takeSpace } from "../../io/preallocation";
import type { ByteTarget } from "../../io/source";
import type { CreateSpec } from "../format";
import {
  entrySize,
  header1PlusSize,
  preHeaderSize,
  sectorSize,
  signature,
  signatureAt,
} from "./header";
import { blockSize, planOf, type Plan } from "./options";
import { createPlacedBlocks } from "./placed-blocks";

/** Entries of the block map that are built in memory and written at once. */
const entriesPerPiece = 65536;

/**
 * Begins a new VDI image of version 1.1: header, block map, and from a whole page on the blocks.
 * Dynamic ("normal"): blocks in the order of their slots. Static ("fixed"): every block in its place.
 * Zeros are left out in pieces of one host block.
 * @throws ImageError `invalid-argument` for a size, option or parent that VDI cannot have; as `takeSpace`.
 */
export function createVdi(target: ByteTarget, spec: CreateSpec): ImageWriter {
  const plan = planOf(spec);
  return plan.isStatic ? createStatic(target, plan) : createDynamic(target, plan);
}

function createDynamic(target: ByteTarget, plan: Plan): ImageWriter {
  const blocks = createPlacedBlocks();
  return {
    placement: {
      kind: "slots",
      blockSize,
      firstSlotAt: plan.offData,
      slotSize: blockSize,
      headSize: 0,
      holeSize: hostBlock,
    },
    placed: blocks.set,
    finish: (slots) => finish(target, plan, slots, blocks.entry),
  };
}

function createStatic(target: ByteTarget, plan: Plan): ImageWriter {
  return {
    placement: { kind: "linear", base: plan.offData, blockSize: hostBlock },
    ...takeSpace(target, plan.offData + plan.cBlocks * blockSize, plan.preallocation),
    placed() {
      throw new ImageError("invalid-argument", "A static VDI image hands out no slots");
    },
    finish: () => finish(target, plan, plan.cBlocks, (block) => block),
  };
}

/** Writes the block map, sets the length, and writes the header last: without it the file is no image yet. */
function finish(
  target: ByteTarget,
  plan: Plan,
  cBlocksAllocated: number,
  entry: (block: number) => number,
): void {
  const piece = new DataView(new ArrayBuffer(entriesPerPiece * entrySize));
  for (let start = 0; start < plan.cBlocks; start += entriesPerPiece) {
    const count = Math.min(entriesPerPiece, plan.cBlocks - start);
    for (let i = 0; i < count; i += 1) piece.setUint32(i * entrySize, entry(start + i), true);
    const bytes = new Uint8Array(piece.buffer, 0, count * entrySize);
    target.write(plan.offBlocks + start * entrySize, bytes);
  }
  target.truncate(plan.offData + cBlocksAllocated * blockSize);
  target.write(0, headerBytes(plan, cBlocksAllocated));
}

/** VDIPREHEADER and VDIHEADER1PLUS, to the end of the sector. */
function headerBytes(plan: Plan, cBlocksAllocated: number): Uint8Array {
  const bytes = new Uint8Array(sectorSize);
  const put = putFields(bytes, "little");
  put.text(0, "<<< Lamina VirtualBox Disk Image >>>\n");
  put.u32(signatureAt, signature);
  put.u32(68, 0x00010001);
  put.u32(preHeaderSize, header1PlusSize);
  put.u32(76, plan.isStatic ? 2 : 1);
  put.u32(340, plan.offBlocks);
  put.u32(344, plan.offData);
  // LegacyGeometry: no CHS, and the sector size.
  put.u32(360, sectorSize);
  put.u64(368, plan.size);
  put.u32(376, blockSize);
  put.u32(384, plan.cBlocks);
  put.u32(388, cBlocksAllocated);
  put.bytes(392, newGuid());
  put.bytes(408, newGuid());
  // LCHSGeometry of VDIHEADER1PLUS: none either.
  put.u32(468, sectorSize);
  return bytes;
}

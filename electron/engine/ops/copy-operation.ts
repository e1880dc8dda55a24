import type { Placement } from "../image/writer";
import type { BlockRun } from "./batch";
import { STEP } from "./copy-buffer";
import { stepsOf, type ReadPlace } from "./operation-steps";
import type { Operation } from "./plan";
import { writtenRuns } from "./zero-blocks";

/** A placement that takes blocks as they are; the packed ones are for pack-operation.ts. */
export type PlainPlacement = Exclude<Placement, { kind: "packed" }>;

/** What copying needs of the thread that does it; offsets and lengths in bytes. */
export interface CopyPlace extends ReadPlace {
  readonly placement: PlainPlacement;
  /** Where the target's part ends, in guest bytes; the disk's size when it has no parts. */
  readonly size: number;
  /** Guest offset of the target's part; 0 when absent. */
  readonly from?: number;
  write(hostAt: number, from: Uint8Array): void;
  takeSlots(count: number): number;
}

/**
 * Where the blocks that an operation wrote went; undefined for a linear target, and when all were
 * zero.
 */
export type Placing = { readonly slot: number; readonly blocks: readonly BlockRun[] } | undefined;

/**
 * Reads an operation, finds out what of it is zero, and writes the rest.
 * @throws ImageError as reading and writing do.
 */
export function copyOperation(operation: Operation, place: CopyPlace): Placing {
  const { placement, from: partFrom = 0 } = place;
  if (placement.kind === "linear") {
    for (const step of stepsOf(operation, place)) {
      // A partial last block ends with the disk: nothing lies behind it.
      const length = Math.min(step.length, place.size - step.at);
      for (const { from, to } of writtenRuns(place, length, placement.blockSize)) {
        const begin = from * placement.blockSize;
        const end = Math.min(to * placement.blockSize, length);
        const hostAt = placement.base + step.at - partFrom + begin;
        place.write(hostAt, place.buffer.bytes.subarray(begin, end));
      }
    }
    return undefined;
  }
  return placement.blockSize > STEP
    ? copyLargeBlock(operation, place, placement)
    : copyBlocks(operation, place, placement);
}

type Slots = Extract<Placement, { kind: "slots" }>;

const slotDataAt = (slots: Slots, slot: number): number =>
  slots.firstSlotAt + slot * slots.slotSize + slots.headSize;

/** Writes bytes `from` to `to` of the buffer at `hostAt`, as far as they are not left as holes. */
function writeStored(
  place: CopyPlace,
  { holeSize }: Slots,
  { from, to, hostAt }: { readonly from: number; readonly to: number; readonly hostAt: number },
): void {
  const { bytes } = place.buffer;
  if (holeSize === undefined) return place.write(hostAt, bytes.subarray(from, to));
  for (const run of writtenRuns(place, to - from, holeSize, from)) {
    const at = run.from * holeSize;
    place.write(hostAt + at, bytes.subarray(from + at, from + run.to * holeSize));
  }
}

/** The slot of the operation's first block, where slots are fixed. */
function ownSlot({ at }: Operation, { from = 0 }: CopyPlace, slots: Slots): number | undefined {
  return slots.fixed === true ? (at - from) / slots.blockSize : undefined;
}

/** One step is the whole operation: blocks that are not zero take slots that follow one another. */
function copyBlocks(operation: Operation, place: CopyPlace, slots: Slots): Placing {
  const { blockSize } = slots;
  let placing: Placing;
  for (const { length } of stepsOf(operation, place)) {
    const blocks = writtenRuns(place, length, blockSize);
    if (blocks.length === 0) continue;
    const own = ownSlot(operation, place, slots);
    const first = own ?? place.takeSlots(blocks.reduce((sum, { from, to }) => sum + to - from, 0));
    let slot = first;
    for (const { from, to } of blocks) {
      if (own !== undefined) slot = own + from;
      // Slots with nothing but their block in them lie side by side: one write for them all.
      const at = slots.slotSize === blockSize ? to - from : 1;
      for (let block = from; block < to; block += at, slot += at) {
        writeStored(place, slots, {
          from: block * blockSize,
          to: (block + at) * blockSize,
          hostAt: slotDataAt(slots, slot),
        });
      }
    }
    placing = { slot: first, blocks };
  }
  return placing;
}

/**
 * The operation is one block of several steps, which takes its slot at the first step that is not
 * zero.
 */
function copyLargeBlock(operation: Operation, place: CopyPlace, slots: Slots): Placing {
  let placing: Placing;
  for (const { at, length } of stepsOf(operation, place)) {
    if (writtenRuns(place, length, length).length === 0) continue;
    placing ??= {
      slot: ownSlot(operation, place, slots) ?? place.takeSlots(1),
      blocks: [{ from: 0, to: 1 }],
    };
    const hostAt = slotDataAt(slots, placing.slot) + (at - operation.at);
    writeStored(place, slots, { from: 0, to: length, hostAt });
  }
  return placing;
}

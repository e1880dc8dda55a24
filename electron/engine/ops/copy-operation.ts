import type { Placement } from "../image/writer";
import type { BlockRun } from "./batch";
import { STEP, type CopyBuffer } from "./copy-buffer";
import type { Operation, Piece } from "./plan";
import { nonZeroRuns } from "./zero-blocks";

/** What copying needs of the thread that does it; offsets and lengths in bytes. */
export interface CopyPlace {
  readonly placement: Placement;
  readonly buffer: CopyBuffer;
  /** Virtual size of the source. */
  readonly size: number;
  /**
   * Fills `into` with what is stored for a piece from guest offset `at` on, which lies in the
   * piece.
   */
  read(piece: Piece, at: number, into: Uint8Array): void;
  write(hostAt: number, from: Uint8Array): void;
  takeSlots(count: number): number;
  /** Called before every step. @throws to stop. */
  checkpoint(): void;
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
  const { placement } = place;
  if (placement.kind === "linear") {
    for (const step of stepsOf(operation, place)) {
      // A partial last block ends with the disk: nothing lies behind it.
      const length = Math.min(step.length, place.size - step.at);
      for (const { from, to } of nonZeroRuns(place.buffer, length, placement.blockSize)) {
        const begin = from * placement.blockSize;
        const end = Math.min(to * placement.blockSize, length);
        place.write(placement.base + step.at + begin, place.buffer.bytes.subarray(begin, end));
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

/** One step is the whole operation: blocks that are not zero take slots that follow one another. */
function copyBlocks(operation: Operation, place: CopyPlace, slots: Slots): Placing {
  const { blockSize } = slots;
  const { bytes } = place.buffer;
  let placing: Placing;
  for (const { length } of stepsOf(operation, place)) {
    const blocks = nonZeroRuns(place.buffer, length, blockSize);
    if (blocks.length === 0) continue;
    const first = place.takeSlots(blocks.reduce((sum, { from, to }) => sum + to - from, 0));
    let slot = first;
    for (const { from, to } of blocks) {
      // Slots with nothing but their block in them lie side by side: one write for them all.
      const at = slots.slotSize === blockSize ? to - from : 1;
      for (let block = from; block < to; block += at, slot += at) {
        place.write(
          slotDataAt(slots, slot),
          bytes.subarray(block * blockSize, (block + at) * blockSize),
        );
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
    if (nonZeroRuns(place.buffer, length, length).length === 0) continue;
    placing ??= { slot: place.takeSlots(1), blocks: [{ from: 0, to: 1 }] };
    const hostAt = slotDataAt(slots, placing.slot) + (at - operation.at);
    place.write(hostAt, place.buffer.bytes.subarray(0, length));
  }
  return placing;
}

/**
 * Reads the operation step by step into the buffer, and yields each step in which there is data.
 */
function* stepsOf(
  { at, length, pieces }: Operation,
  place: CopyPlace,
): Generator<{ at: number; length: number }, void, undefined> {
  const { bytes } = place.buffer;
  let next = 0;
  for (let stepAt = at; stepAt < at + length; stepAt += STEP) {
    const stepEnd = Math.min(stepAt + STEP, at + length);
    place.checkpoint();
    let filled = stepAt;
    for (let piece = pieces[next]; piece && piece.at < stepEnd; piece = pieces[next]) {
      const from = Math.max(piece.at, stepAt);
      const to = Math.min(piece.at + piece.length, stepEnd);
      bytes.fill(0, filled - stepAt, from - stepAt);
      place.read(piece, from, bytes.subarray(from - stepAt, to - stepAt));
      filled = to;
      if (piece.at + piece.length > stepEnd) break;
      next++;
    }
    if (filled === stepAt) continue;
    bytes.fill(0, filled - stepAt, stepEnd - stepAt);
    yield { at: stepAt, length: stepEnd - stepAt };
  }
}

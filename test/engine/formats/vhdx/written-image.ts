import type { CreateSpec } from "../../../../electron/engine/formats/format";
import { vhdx } from "../../../../electron/engine/formats/vhdx";
import { createFile } from "../../../../electron/engine/io/file";
import type { ByteTarget } from "../../../../electron/engine/io/source";
import type { Random } from "../../../helpers/seed";

/** Guest bytes that are written: whole blocks are told to the writer. */
export interface Stretch {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Writes an image as a conversion does: slots in any order, tables at the end. */
export function writeInto(
  target: ByteTarget,
  spec: CreateSpec,
  stretches: readonly Stretch[],
  r: Random,
): void {
  const writer = vhdx.create!(target, spec);
  const { placement } = writer;
  if (placement.kind === "linear") {
    for (const { at, bytes } of r.shuffled(stretches)) target.write(placement.base + at, bytes);
    writer.finish(0);
    return;
  }
  if (placement.kind !== "slots") throw new Error(`VHDX is not ${placement.kind}`);
  const { blockSize, firstSlotAt, slotSize, headSize } = placement;
  const blocks = new Map<number, Stretch[]>();
  for (const { at, bytes } of stretches)
    for (let done = 0; done < bytes.length;) {
      const block = Math.floor((at + done) / blockSize);
      const length = Math.min(bytes.length - done, (block + 1) * blockSize - at - done);
      const piece = { at: at + done, bytes: bytes.subarray(done, done + length) };
      blocks.set(block, [...(blocks.get(block) ?? []), piece]);
      done += length;
    }
  const order = [...blocks.keys()].sort((a, b) => a - b);
  const slots = r.shuffled(order.map((_, slot) => slot));
  for (const [index, block] of order.entries())
    for (const { at, bytes } of blocks.get(block) ?? []) {
      const inBlock = at - block * blockSize;
      target.write(firstSlotAt + slots[index]! * slotSize + headSize + inBlock, bytes);
    }
  for (const [index, block] of order.entries()) writer.placed(block, slots[index]!, 1);
  writer.finish(order.length);
}

/** The same in a file. */
export function writeImage(
  path: string,
  spec: CreateSpec,
  stretches: readonly Stretch[],
  r: Random,
): void {
  const target = createFile(path);
  try {
    writeInto(target, spec, stretches, r);
  } finally {
    target.close();
  }
}

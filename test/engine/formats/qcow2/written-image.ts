import { qcow2 } from "../../../../electron/engine/formats/qcow2";
import type { CreateSpec } from "../../../../electron/engine/formats/format";
import { createFile } from "../../../../electron/engine/io/file";
import { isZero } from "../../../helpers/bytes";
import type { Random } from "../../../helpers/seed";

/** A block of guest data: its number and its bytes, at most a block's. */
export interface Block {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/** What a written image shall hold. */
export interface WrittenImage extends CreateSpec {
  readonly blocks: readonly Block[];
  /** Slots that are handed out and hold nothing, as when a copier stops. */
  readonly unusedSlots?: number;
}

/** The blocks of `disk` that are not all zero. */
export function blocksOf(disk: Uint8Array, blockSize: number): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < disk.length; at += blockSize) {
    const bytes = disk.subarray(at, at + blockSize);
    if (!isZero(bytes)) blocks.push({ index: at / blockSize, bytes });
  }
  return blocks;
}

/** Writes an image as a conversion does: slots in any order, tables at the end. */
export function writeImage(path: string, image: WrittenImage, r: Random): void {
  const { blocks, unusedSlots = 0, ...spec } = image;
  const target = createFile(path);
  try {
    const writer = qcow2.create!(target, spec);
    const { placement } = writer;
    if (placement.kind !== "slots") throw new Error("qcow2 has slots");
    const slots = blocks.length + unusedSlots;
    const order = r.shuffled(Array.from({ length: slots }, (_, slot) => slot));
    blocks.forEach(({ bytes }, i) => {
      target.write(
        placement.firstSlotAt + order[i]! * placement.slotSize + placement.headSize,
        bytes,
      );
    });
    blocks.forEach(({ index }, i) => writer.placed(index, order[i]!, 1));
    writer.finish(slots);
  } finally {
    target.close();
  }
}

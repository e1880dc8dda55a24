import type { CreateSpec, Format } from "../../../electron/engine/formats/format";
import type { ByteTarget } from "../../../electron/engine/io/source";
import { runThrough } from "../../../electron/engine/ops/steps";
import type { OptionValues } from "../../../shared/model/format";
import type { Random } from "../../helpers/seed";

/** The option sets worth a test: the defaults, and every offered value of every option by itself. */
export function optionSets(format: Format): OptionValues[] {
  const single = format.options.flatMap((option): OptionValues[] => {
    const values = option.kind === "switch" ? [!option.default] : option.choices;
    return values.map((value) => ({ [option.name]: value }));
  });
  return [{}, ...single];
}

/** What an image of our own shall hold. */
export interface OwnImage {
  readonly spec: CreateSpec;
  /** Every byte that the guest shall read. */
  readonly content: Uint8Array;
  /** Whether the image itself must hold something of this guest range. */
  readonly holds: (at: number, length: number) => boolean;
}

/**
 * Writes an image with the format's own writer, its blocks in random host order: as copiers do that
 * take the next slot after each zero scan.
 */
export function writeOwn(format: Format, target: ByteTarget, image: OwnImage, random: Random) {
  if (format.create === undefined) throw new Error(`${format.id} cannot be written`);
  const { content, holds } = image;
  const writer = format.create(target, image.spec);
  if (writer.prepare) runThrough(writer.prepare());
  const { placement } = writer;
  if (placement.kind === "packed") throw new Error("A packed image is written by converting");
  const { blockSize } = placement;
  const held: number[] = [];
  for (let at = 0; at < content.length; at += blockSize)
    if (holds(at, Math.min(blockSize, content.length - at))) held.push(at / blockSize);

  const slots = random.shuffled(held.map((_, index) => index));
  for (const [index, block] of random.shuffled([...held.entries()])) {
    const bytes = content.subarray(block * blockSize, (block + 1) * blockSize);
    if (placement.kind === "linear") {
      target.write(placement.base + block * blockSize, bytes);
    } else {
      const slotAt = placement.firstSlotAt + slots[index]! * placement.slotSize;
      // A block is written whole, as the guest may grow into it.
      const whole = new Uint8Array(blockSize);
      whole.set(bytes);
      target.write(slotAt + placement.headSize, whole);
    }
  }
  if (placement.kind === "slots")
    for (const [index, block] of held.entries()) writer.placed(block, slots[index]!, 1);
  writer.finish(placement.kind === "slots" ? held.length : 0);
}

/** The `holds` of an image without a parent: whatever is not zero. */
export function notZero(content: Uint8Array): OwnImage["holds"] {
  return (at, length) => content.subarray(at, at + length).some((byte) => byte !== 0);
}

import type { CreateSpec, Format } from "../../../electron/engine/formats/format";
import type { ImageWriter, Placement } from "../../../electron/engine/image/writer";
import type { ByteTarget } from "../../../electron/engine/io/source";
import { prepareImage } from "../../../electron/engine/ops/create";
import { createBlockEncoder } from "../../../electron/engine/ops/encode-block";
import { createPacker, type Packed } from "../../../electron/engine/ops/packer";
import { runThrough } from "../../../electron/engine/ops/steps";
import type { OptionValues } from "../../../shared/model/format";
import { isZero } from "../../helpers/bytes";
import type { Random } from "../../helpers/seed";

/**
 * The option sets worth a test: the defaults, and every offered value of every option, by itself or with
 * the one other choice that it asks for.
 */
export function optionSets(format: Format): OptionValues[] {
  const single = format.options.flatMap((option): OptionValues[] => {
    if (option.kind === "text" || (option.kind === "switch" && option.needs)) return [];
    const values = option.kind === "switch" ? [!option.default] : option.choices;
    if (option.kind === "choice" && option.onlyWith !== undefined) {
      const { option: other, values: some } = option.onlyWith;
      const chosen = option.choices.filter((value) => value !== option.default);
      return some.flatMap((opens) =>
        chosen.map((value) => ({ [other]: opens, [option.name]: value })),
      );
    }
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
  const writer = format.create(target, image.spec);
  runThrough(prepareImage(writer));
  fill(writer, target, image, random);
}

type Content = Omit<OwnImage, "spec">;

function fill(writer: ImageWriter, target: ByteTarget, content: Content, random: Random): void {
  const { placement, parts } = writer;
  for (const { from, length, ...part } of parts ?? []) {
    const bytes = content.content.subarray(from, from + length);
    const holds: OwnImage["holds"] = (at, count) => content.holds(from + at, count);
    fill(part.writer, part.target, { content: bytes, holds }, random);
  }
  if (parts) writer.finish(0);
  else if (placement.kind === "packed") writer.finish(pack(writer, placement, target, content));
  else writer.finish(place(writer, placement, target, content, random));
}

/** Indices of the blocks that hold something. */
function heldBlocks({ content, holds }: Content, blockSize: number): number[] {
  const held: number[] = [];
  for (let at = 0; at < content.length; at += blockSize)
    if (holds(at, Math.min(blockSize, content.length - at))) held.push(at / blockSize);
  return held;
}

/** A block as a guest may grow into it: whole. */
function wholeBlock({ content }: Content, block: number, blockSize: number): Uint8Array {
  const whole = new Uint8Array(blockSize);
  whole.set(content.subarray(block * blockSize, (block + 1) * blockSize));
  return whole;
}

/** Writes the blocks as they are; returns the slots that it took. */
function place(
  writer: ImageWriter,
  placement: Exclude<Placement, { kind: "packed" }>,
  target: ByteTarget,
  image: Content,
  random: Random,
): number {
  const { blockSize } = placement;
  const held = heldBlocks(image, blockSize);
  const slots = random.shuffled(held.map((_, index) => index));
  for (const [index, block] of random.shuffled([...held.entries()])) {
    if (placement.kind === "linear") {
      const bytes = image.content.subarray(block * blockSize, (block + 1) * blockSize);
      target.write(placement.base + block * blockSize, bytes);
    } else {
      const slotAt = placement.firstSlotAt + slots[index]! * placement.slotSize;
      target.write(slotAt + placement.headSize, wholeBlock(image, block, blockSize));
    }
  }
  if (placement.kind === "linear") return 0;
  for (const [index, block] of held.entries()) writer.placed(block, slots[index]!, 1);
  return held.length;
}

/** Writes the blocks encoded, in order; returns the units that it took. */
function pack(writer: ImageWriter, placement: Packed, target: ByteTarget, image: Content): number {
  const { blockSize, encoding } = placement;
  const encode = createBlockEncoder(encoding);
  const packer = createPacker(placement);
  for (const block of heldBlocks(image, blockSize)) {
    const plain = wholeBlock(image, block, blockSize);
    const encoded = encode(plain, block * blockSize);
    const stored = encoded ?? plain;
    const piece = { length: stored.length, encoded: encoded !== undefined };
    const [at = 0] = packer.take([piece]);
    target.write(at, stored);
    writer.packed?.(block, { at, ...piece });
  }
  return packer.units;
}

/** The `holds` of an image without a parent: whatever is not zero. */
export function notZero(content: Uint8Array): OwnImage["holds"] {
  return (at, length) => !isZero(content.subarray(at, at + length));
}

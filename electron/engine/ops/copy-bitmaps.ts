import { ImageError } from "../errors";
import { addBitmap, mergeBitmap } from "../formats/qcow2/change/bitmaps";
import type { ImageLayer } from "../image/layer";
import type { ByteTarget } from "../io/source";

/**
 * Gives a new qcow2 image the named bitmaps of the image that it was made from, with their marks.
 * @param target The new image, complete, with a disk of the same size.
 * @throws ImageError `invalid-argument` when there is none of a name, and as qcow2's `addBitmap` and
 *   `mergeBitmap`.
 */
export function copyBitmaps(
  { facts, source }: ImageLayer,
  target: ByteTarget,
  names: readonly string[],
): void {
  for (const name of names) {
    const bitmap = facts.bitmaps.find((each) => each.name === name);
    if (bitmap === undefined)
      throw new ImageError("invalid-argument", `${source.name} has no bitmap "${name}"`);
    const { granularity, flags } = bitmap;
    addBitmap(target, { name, granularity, enabled: flags.includes("auto") });
    mergeBitmap(target, name, { file: source, name });
  }
}

import { ImageError } from "../../errors";
import type { ImageWriter, NewFiles, WriterPart } from "../../image/writer";
import type { ByteTarget } from "../../io/source";
import { descriptorText } from "./descriptor-writer";
import { createFlat } from "./flat-writer";
import { newExtents } from "./new-extents";
import type { Plan } from "./options";
import { sectorSize } from "./sector";
import { createSparse } from "./sparse-writer";

/**
 * Begins an image whose extents are files of their own, named as qemu-img does; `target` gets the
 * descriptor, which names them.
 * @throws ImageError `invalid-argument` for a name that a descriptor cannot hold, and without `files`;
 *   `limit` for too many extents; `exists` and `io` as `NewFiles.add`; as `takeSpace` for flat ones.
 */
export function createDescribed(
  target: ByteTarget,
  plan: Plan,
  files: NewFiles | undefined,
): ImageWriter {
  if (files === undefined) {
    throw new ImageError("invalid-argument", `${plan.subformat} is an image of several files`);
  }
  const extents = newExtents(plan, files.name);
  // What it says is known now; that it can be said is known before anything is written.
  const text = new TextEncoder().encode(descriptorText(plan, extents));
  let from = 0;
  const parts = extents.map(({ sectors, type, fileName }): WriterPart => {
    const file = files.add(fileName);
    const writer =
      type === "FLAT"
        ? createFlat(file, plan, sectors)
        : createSparse(file, plan, { capacity: sectors });
    const part = { from, length: sectors * sectorSize, target: file, writer };
    from += part.length;
    return part;
  });
  const [first] = parts;
  if (first === undefined) throw new Error("An image has one extent at least.");
  return {
    placement: first.writer.placement,
    parts,
    placed() {
      throw new ImageError("invalid-argument", "The data of this image goes to its extents");
    },
    finish: () => target.write(0, text),
  };
}

import { ImageError } from "../../errors";
import type { ImageWriter } from "../../image/writer";
import type { ByteTarget } from "../../io/source";
import type { CreateSpec } from "../format";
import { headerSectors } from "./header-writer";
import { grainSectors, layoutOf, requireRoom } from "./layout";
import { planOf } from "./options";
import { sectorSize } from "./sector";
import { createGrainSlots, writeDirectories, writeGrainTables } from "./write-tables";

/**
 * Begins a new monolithicSparse image: tables in front, as every reader knows them, then the grains.
 * @throws ImageError `invalid-argument` for an option, size or backing file that it cannot have; `placed`
 *   throws `limit` when the file would pass 2 TiB, `finish` throws `io`.
 */
export function createVmdk(target: ByteTarget, spec: CreateSpec): ImageWriter {
  const plan = planOf(spec.size, spec.options);
  if (spec.backing) {
    throw new ImageError("invalid-argument", "A VMDK with a parent cannot be written", {
      hint: "Write the whole disk into the new image.",
    });
  }
  const layout = layoutOf(plan.capacity);
  requireRoom(layout, 0);
  const slots = createGrainSlots();
  const grainSize = grainSectors * sectorSize;
  return {
    placement: {
      kind: "slots",
      blockSize: grainSize,
      firstSlotAt: layout.grains * sectorSize,
      slotSize: grainSize,
      headSize: 0,
    },
    placed(firstBlock, firstSlot, count) {
      // What 32-bit sectors cannot reach is refused here, not after everything was copied.
      requireRoom(layout, firstSlot + count);
      slots.set(firstBlock, firstSlot, count);
    },
    finish(used) {
      writeGrainTables(target, layout, slots);
      writeDirectories(target, layout);
      target.truncate(layout.grains * sectorSize + used * grainSize);
      // The header last: a file without one is no image yet.
      target.write(0, headerSectors(plan, layout));
    },
  };
}

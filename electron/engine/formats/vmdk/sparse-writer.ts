import type { ImageWriter } from "../../image/writer";
import type { ByteTarget } from "../../io/source";
import { embeddedDescriptor, sparseHeader } from "./header-writer";
import { zeroedEntry } from "./hosted-header";
import { grainSectors, layoutOf, requireRoom } from "./layout";
import type { Plan } from "./options";
import { sectorSize } from "./sector";
import { createGrainSectors, writeDirectories, writeGrainTables } from "./write-tables";

/**
 * Begins a sparse extent: tables in front, as every reader knows them, then the grains.
 * @param extent `capacity`: sectors of the disk in it. `fileName`: when it is there, the extent is the
 *   whole image, and holds the descriptor.
 * @throws ImageError `invalid-argument` for a capacity that it cannot have; `placed` throws `limit`
 *   when the file would pass 2 TiB, `finish` throws `io`.
 */
export function createSparse(
  target: ByteTarget,
  plan: Plan,
  extent: { readonly capacity: number; readonly fileName?: string },
): ImageWriter {
  const { capacity, fileName } = extent;
  const layout = layoutOf(capacity);
  requireRoom(layout, 0);
  const grains = createGrainSectors();
  const grainSize = grainSectors * sectorSize;
  let { zeroedGrain } = plan;
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
      for (let i = 0; i < count; i += 1) {
        grains.set(firstBlock + i, layout.grains + (firstSlot + i) * grainSectors);
      }
    },
    zeroed(firstBlock, count) {
      zeroedGrain = true;
      for (let i = 0; i < count; i += 1) grains.set(firstBlock + i, zeroedEntry);
    },
    finish(used) {
      writeGrainTables(target, layout, grains);
      writeDirectories(target, layout);
      // An image of many extents keeps all their writers.
      grains.clear();
      target.truncate(layout.grains * sectorSize + used * grainSize);
      if (fileName !== undefined) target.write(sectorSize, embeddedDescriptor(plan, fileName));
      // The header last: a file without one is no image yet.
      target.write(0, sparseHeader({ ...plan, zeroedGrain }, layout, capacity));
    },
  };
}

import { formatById } from "../formats/registry";
import type { DiskImage } from "../image/disk-image";
import { requireWhole } from "../image/open-image";
import { mapImage } from "./map";
import { beginMeasure, blockTeller, type MeasureTarget } from "./measure";

/** What `qemu-img measure` prints, in bytes. */
export interface Estimate {
  /** `required`: what a new image takes, its tables ready for the whole disk. */
  readonly required: number;
  /** `fully-allocated`: what it takes when the guest has written every block. */
  readonly fullyAllocated: number;
  /** `bitmaps`: what the image's dirty bitmaps take; absent when source or target has none. */
  readonly bitmaps?: number;
}

/**
 * Estimates as `qemu-img measure FILE` does: what is allocated counts as stored, zeros that were
 * written included, and no data is read. For raw and qcow2 the numbers are qemu-img's own; for a
 * format that it cannot measure they are the length of the file so made.
 * @throws ImageError `invalid-argument` and `unsupported` for the target, and as `mapImage`.
 */
export function estimateImage(image: DiskImage, target: MeasureTarget): Estimate {
  requireWhole(image);
  const spec = { size: image.size, options: target.options };
  const measurer = beginMeasure(target.format, spec);
  const tell = blockTeller(measurer);
  for (const { start, length, zero, data } of mapImage(image)) {
    if (data && !zero) tell(start, length);
  }
  const { required, fileLength, fullyAllocated } = measurer.result();
  const [top] = image.layers;
  const bitmaps = top && formatById(target.format).bitmapsSize?.(spec, top);
  return {
    required: required ?? fileLength,
    fullyAllocated,
    ...(bitmaps !== undefined && { bitmaps }),
  };
}

/**
 * Estimates as `qemu-img measure --size` does, for a disk of `size` bytes without data.
 * @throws ImageError `invalid-argument` and `unsupported` for the target.
 */
export function estimateSize(size: number, { format, options }: MeasureTarget): Estimate {
  const { required, fileLength, fullyAllocated } = beginMeasure(format, { size, options }).result();
  return { required: required ?? fileLength, fullyAllocated };
}

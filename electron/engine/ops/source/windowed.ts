import { checkRange, type DiskImage, type Extent } from "../../image/disk-image";

/**
 * The `length` bytes of `image` from `at` on, as a disk of their own. It closes the image.
 * @throws ImageError `invalid-argument` when they are not within the disk.
 */
export function windowImage(image: DiskImage, at: number, length: number): DiskImage {
  checkRange(at, length, image.size);
  return {
    ...image,
    size: length,
    read(from, into) {
      checkRange(from, into.length, length);
      image.read(at + from, into);
    },
    *extents(from = 0, count = length - from): Generator<Extent> {
      checkRange(from, count, length);
      for (const extent of image.extents(at + from, count)) yield { ...extent, at: extent.at - at };
    },
  };
}

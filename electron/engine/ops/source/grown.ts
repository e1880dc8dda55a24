import { checkRange, type DiskImage, type Extent } from "../../image/disk-image";

/** The disk of `image` with zeros behind it, up to `size` bytes (>= its own). It closes the image. */
export function growImage(image: DiskImage, size: number): DiskImage {
  return {
    ...image,
    size,
    read(at, into) {
      checkRange(at, into.length, size);
      const own = Math.max(0, Math.min(into.length, image.size - at));
      if (own > 0) image.read(at, into.subarray(0, own));
      into.fill(0, own);
    },
    *extents(at = 0, length = size - at): Generator<Extent> {
      checkRange(at, length, size);
      const end = at + length;
      if (at < image.size) yield* image.extents(at, Math.min(end, image.size) - at);
      const from = Math.max(at, image.size);
      if (from < end) yield { at: from, depth: 0, run: { kind: "zero", length: end - from } };
    },
  };
}

import { checkRange, type DiskImage, type Extent } from "../../image/disk-image";

/** The disks of `images` one behind the other, as one. It closes them. */
export function joinImages(images: readonly DiskImage[]): DiskImage {
  let size = 0;
  let layerCount = 0;
  const parts = images.map((image) => {
    const part = { image, at: size, firstLayer: layerCount };
    size += image.size;
    layerCount += image.layers.length;
    return part;
  });
  const broken = images.find((image) => image.broken)?.broken;

  /** The parts that [at, at + length) touches, with the stretch of each in its own offsets. */
  function* touched(at: number, length: number) {
    checkRange(at, length, size);
    for (const part of parts) {
      const from = Math.max(at, part.at);
      const to = Math.min(at + length, part.at + part.image.size);
      if (to > from) yield { ...part, from: from - part.at, length: to - from };
    }
  }

  return {
    layers: images.flatMap(({ layers }) => layers),
    size,
    ...(broken && { broken }),
    read(at, into) {
      for (const part of touched(at, into.length)) {
        const begin = part.at + part.from - at;
        part.image.read(part.from, into.subarray(begin, begin + part.length));
      }
    },
    *extents(from = 0, length = size - from): Generator<Extent> {
      for (const part of touched(from, length)) {
        for (const { at, depth, run } of part.image.extents(part.from, part.length))
          yield { at: part.at + at, depth: part.firstLayer + depth, run };
      }
    },
    close() {
      for (const image of images) image.close();
    },
  };
}

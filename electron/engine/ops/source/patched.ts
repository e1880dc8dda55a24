import { checkRange, type DiskImage, type Extent } from "../../image/disk-image";
import type { Patch } from "../../inside/gpt-move";
import { memorySource } from "../../io/memory";

/** The disk of `image` with other bytes in a few places that do not overlap. It closes the image. */
export function patchImage(image: DiskImage, patches: readonly Patch[]): DiskImage {
  const ordered = patches
    .map(({ at, bytes }) => ({ at, bytes, source: memorySource(bytes, "partition table") }))
    .toSorted((a, b) => a.at - b.at);

  return {
    ...image,
    read(at, into) {
      image.read(at, into);
      for (const patch of ordered) {
        const from = Math.max(at, patch.at);
        const to = Math.min(at + into.length, patch.at + patch.bytes.length);
        if (to > from) into.set(patch.bytes.subarray(from - patch.at, to - patch.at), from - at);
      }
    },
    *extents(at = 0, length = image.size - at): Generator<Extent> {
      checkRange(at, length, image.size);
      const end = at + length;
      let next = at;
      for (const { at: patchAt, bytes, source } of ordered) {
        const from = Math.max(at, patchAt);
        const to = Math.min(end, patchAt + bytes.length);
        if (to <= from) continue;
        if (from > next) yield* image.extents(next, from - next);
        const run = { kind: "data", source, at: from - patchAt, length: to - from } as const;
        yield { at: from, depth: 0, run };
        next = to;
      }
      if (next < end) yield* image.extents(next, end - next);
    },
  };
}

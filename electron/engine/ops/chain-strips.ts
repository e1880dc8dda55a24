import type { ChainStrips } from "../../../shared/model/chain-strips";
import { stackLayers, type DiskImage } from "../image/disk-image";
import { openImage, type OpenRequest } from "../image/open-image";
import { storedExtents } from "./stored-extents";

/** A stretch of a disk in bytes. */
export interface Stretch {
  readonly at: number;
  readonly length: number;
}

/** Parts of the disk that are told apart: more than a window has pixels. */
export const columns = 2048;

/**
 * Where each layer of an image holds data and where it answers the guest, rounded outwards to a
 * 2048th of the disk so that the smallest stretch is seen. Data itself is not read.
 * @throws ImageError as `openImage`, `invalid-table`.
 */
export function chainStrips(request: OpenRequest): ChainStrips {
  const image = openImage(request);
  try {
    for (const layer of image.layers) layer.requireReadable?.();
    const { size, layers } = image;
    const answers = layers.map(() => new Uint8Array(columns));
    // What lies behind a broken link counts for nobody.
    for (const { at, depth, run } of storedExtents(stackLayers(layers)))
      markStretch(answers[depth], size, at, run.length);
    return {
      size,
      layers: layers.map((layer, depth) => ({
        path: layer.source.name,
        holds: stretchesOf(size, heldBy(image, depth)),
        answers: stretchesOf(size, answers[depth] ?? new Uint8Array(columns)),
      })),
    };
  } finally {
    image.close();
  }
}

/** What one layer holds, as far as the disk reaches. */
function heldBy({ layers, size }: DiskImage, depth: number): Uint8Array {
  const marks = new Uint8Array(columns);
  const layer = layers[depth];
  if (layer === undefined) return marks;
  const end = Math.min(size, layer.size);
  for (const { at, run } of storedExtents(stackLayers([layer]), 0, end))
    markStretch(marks, size, at, run.length);
  return marks;
}

/** Marks the columns of a disk that a stretch of it lies in. */
export function markStretch(
  marks: Uint8Array | undefined,
  size: number,
  at: number,
  length: number,
): void {
  const first = Math.floor((at / size) * columns);
  marks?.fill(1, first, Math.max(first + 1, Math.ceil(((at + length) / size) * columns)));
}

/** The marked columns of a disk as stretches. */
export function stretchesOf(size: number, marks: Uint8Array): Stretch[] {
  const ranges: Stretch[] = [];
  for (let first = marks.indexOf(1); first >= 0;) {
    const free = marks.indexOf(0, first);
    const end = free < 0 ? columns : free;
    const at = Math.floor((first / columns) * size);
    ranges.push({ at, length: Math.floor((end / columns) * size) - at });
    first = marks.indexOf(1, end);
  }
  return ranges;
}

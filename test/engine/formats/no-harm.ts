import { expect } from "vitest";
import { ImageError } from "../../../electron/engine/errors";
import { stackLayers, type DiskImage } from "../../../electron/engine/image/disk-image";
import type { ImageLayer } from "../../../electron/engine/image/layer";
import { withinAllocation } from "../conformance/allocation-watch";

/**
 * What `action` comes to with at most `most` bytes at a time: undefined when it works, or the
 * ImageError. Anything else that it throws is thrown.
 */
export function refusal(most: number, action: () => void): ImageError | undefined {
  try {
    withinAllocation(most, action);
    return undefined;
  } catch (error) {
    if (error instanceof ImageError) return error;
    throw error;
  }
}

/** Reads the first `length` bytes, and holds the extents of the first GiB to be gapless. */
export function readThrough(image: DiskImage, length: number): void {
  image.read(0, new Uint8Array(Math.min(image.size, length)));
  const end = Math.min(image.size, 2 ** 30);
  let told = 0;
  for (const { at, run } of image.extents(0, end)) {
    expect(at).toBe(told);
    told += run.length;
  }
  expect(told).toBe(end);
}

/** Reads the beginning of the layer's disk, and asks for its end and for 50 extents. */
export function touch(layer: ImageLayer): void {
  const { size } = layer;
  if (size > 0) layer.map(size - 1, 1);
  const image = stackLayers([layer]);
  image.read(0, new Uint8Array(Math.min(size, 2 ** 16)));
  let left = 50;
  for (const { run } of image.extents()) {
    expect(run.length).toBeGreaterThan(0);
    left -= 1;
    if (left === 0) break;
  }
}

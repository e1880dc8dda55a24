import { expect } from "vitest";
import type { DiskImage, Extent } from "../../../electron/engine/image/disk-image";
import { expectBytes } from "../../helpers/bytes";
import type { Random } from "../../helpers/seed";

/** Fails unless `image` reads as `content` everywhere, from any place, and tells its extents truly. */
export function expectReads(image: DiskImage, content: Uint8Array, random: Random): void {
  expect(image.size).toBe(content.length);
  expectRange(image, content, 0, content.length);
  if (content.length === 0) return;
  for (const [from, to] of edges(image, content.length))
    expectRange(image, content, from, Math.max(from, to));
  for (let turn = 0; turn < 30; turn += 1) {
    const from = random.between(0, content.length);
    expectRange(image, content, from, random.between(from, content.length + 1));
  }
  expectExtents(image, content, 0);
  expectExtents(image, content, random.between(1, content.length));
}

function expectRange(image: DiskImage, content: Uint8Array, from: number, to: number): void {
  const into = new Uint8Array(to - from).fill(0xee);
  image.read(from, into);
  expectBytes(into, content.subarray(from, to), from);
}

/** Reads at 0, one byte round block edges, across three blocks, and at the end. */
function edges(image: DiskImage, size: number): [number, number][] {
  const block = Math.min(Math.max(image.layers[0]!.blockSize, 4096), size);
  const ranges: [number, number][] = [
    [0, 0],
    [0, 1],
    [size - 1, size],
    [size, size],
  ];
  for (let edge = block; edge < size; edge += block * Math.ceil(size / block / 20)) {
    ranges.push([edge - 1, edge], [edge - 1, edge + 1], [edge, edge + 1]);
    ranges.push([edge - 1, Math.min(edge + 2 * block + 1, size)]);
  }
  return ranges.map(([from, to]) => [from, Math.min(to, size)]);
}

/** Fails unless the extents from `from` on are gapless and merged and hold the very bytes they say. */
function expectExtents(image: DiskImage, content: Uint8Array, from: number): void {
  let next = from;
  let before: Extent | undefined;
  for (const extent of image.extents(from)) {
    const { run } = extent;
    expect(extent.at).toBe(next);
    expect(run.length).toBeGreaterThan(0);
    expectBytes(stored(extent), content.subarray(next, next + run.length), next);
    if (before) expect(oneWith(before, extent)).toBe(false);
    before = extent;
    next += run.length;
  }
  expect(next).toBe(content.length);
}

/** The bytes of an extent, fetched from where it says that they lie. */
function stored({ run }: Extent): Uint8Array {
  const bytes = new Uint8Array(run.length);
  if (run.kind === "data") run.source.read(run.at, bytes);
  if (run.kind !== "encoded") return bytes;
  expect(run.skip + run.length).toBeLessThanOrEqual(run.unit);
  const unit = new Uint8Array(run.unit);
  run.decode(unit);
  return unit.subarray(run.skip, run.skip + run.length);
}

/** Whether two neighbours should have been one extent. */
function oneWith(a: Extent, b: Extent): boolean {
  if (a.depth !== b.depth || a.run.kind !== b.run.kind) return false;
  if (a.run.kind === "unallocated") return true;
  if (a.run.kind === "zero" && b.run.kind === "zero")
    return a.run.at === undefined ? b.run.at === undefined : a.run.at + a.run.length === b.run.at;
  if (a.run.kind !== "data" || b.run.kind !== "data") return false;
  return a.run.source === b.run.source && a.run.at + a.run.length === b.run.at;
}

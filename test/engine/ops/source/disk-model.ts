import { expect } from "vitest";
import type { DiskImage } from "../../../../electron/engine/image/disk-image";
import { expectBytes } from "../../../helpers/bytes";
import type { Random } from "../../../helpers/seed";

/**
 * Holds a disk against the bytes that it should have: whole, in random ranges, and by its extents,
 * which are gapless and are zero only where the bytes are.
 */
export function expectDisk(disk: DiskImage, bytes: Uint8Array, numbers: Random): void {
  expect(disk.size).toBe(bytes.length);
  const ranges = [{ at: 0, length: bytes.length }];
  for (let count = 0; count < 40; count++) {
    const at = numbers.between(0, bytes.length);
    ranges.push({ at, length: numbers.between(1, bytes.length - at + 1) });
  }
  for (const { at, length } of ranges) {
    const read = new Uint8Array(length).fill(0xa5);
    disk.read(at, read);
    expectBytes(read, bytes.subarray(at, at + length), at);
    let next = at;
    for (const extent of disk.extents(at, length)) {
      expect(extent.at).toBe(next);
      expect(extent.run.length).toBeGreaterThan(0);
      next += extent.run.length;
      const { kind } = extent.run;
      if (kind === "data" || kind === "encoded") continue;
      expectBytes(bytes.subarray(extent.at, next), new Uint8Array(extent.run.length), extent.at);
    }
    expect(next).toBe(at + length);
  }
  for (const [at, length] of [
    [-1, 1],
    [bytes.length, 1],
    [0, bytes.length + 1],
  ] as const) {
    const range = expect.objectContaining({ code: "invalid-argument" });
    expect(() => disk.read(at, new Uint8Array(length))).toThrow(range);
    expect(() => [...disk.extents(at, length)]).toThrow(range);
  }
}

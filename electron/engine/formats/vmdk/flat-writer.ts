import { ImageError } from "../../errors";
import type { ImageWriter } from "../../image/writer";
import { hostBlock } from "../../io/host-blocks";
import type { ByteTarget } from "../../io/source";
import { sectorSize } from "./sector";

/**
 * Begins a flat extent of `capacity` sectors: byte n of the file is its byte n. Zeros stay holes.
 */
export function createFlat(target: ByteTarget, capacity: number): ImageWriter {
  return {
    placement: { kind: "linear", base: 0, blockSize: hostBlock },
    placed() {
      throw new ImageError("invalid-argument", "A flat extent hands out no slots");
    },
    finish: () => target.truncate(capacity * sectorSize),
  };
}

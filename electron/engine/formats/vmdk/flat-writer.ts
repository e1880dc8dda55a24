import { ImageError } from "../../errors";
import type { ImageWriter } from "../../image/writer";
import { hostBlock } from "../../io/host-blocks";
import { takeSpace } from "../../io/preallocation";
import type { ByteTarget } from "../../io/source";
import type { Plan } from "./options";
import { sectorSize } from "./sector";

/**
 * Begins a flat extent of `capacity` sectors: byte n of the file is its byte n. Zeros stay holes where
 * nothing is preallocated.
 * @throws ImageError as `takeSpace`.
 */
export function createFlat(
  target: ByteTarget,
  { preallocation }: Plan,
  capacity: number,
): ImageWriter {
  return {
    placement: { kind: "linear", base: 0, blockSize: hostBlock },
    ...takeSpace(target, capacity * sectorSize, preallocation),
    placed() {
      throw new ImageError("invalid-argument", "A flat extent hands out no slots");
    },
    finish: () => target.truncate(capacity * sectorSize),
  };
}

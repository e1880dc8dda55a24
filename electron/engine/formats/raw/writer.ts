import { ImageError } from "../../errors";
import { hostBlock } from "../../io/host-blocks";
import { takeSpace } from "../../io/preallocation";
import type { ByteTarget } from "../../io/source";
import type { ImageWriter } from "../../image/writer";
import type { CreateSpec } from "../format";
import { planOf } from "./options";

/**
 * Begins a raw image. The size is rounded up to whole sectors; zeros are left out in pieces of one
 * host block.
 * @throws ImageError `invalid-argument` for a size, option or backing file that raw cannot have,
 *   `unsupported` when space shall be reserved and the host cannot, `io`.
 */
export function createRaw(target: ByteTarget, spec: CreateSpec): ImageWriter {
  const { size, preallocation } = planOf(spec);
  return {
    placement: { kind: "linear", base: 0, blockSize: hostBlock },
    ...takeSpace(target, size, preallocation),
    placed() {
      throw new ImageError("invalid-argument", "A raw image hands out no slots");
    },
    finish: () => target.truncate(size),
  };
}

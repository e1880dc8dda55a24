import { hostBlock, wholeHostBlocks } from "../../io/host-blocks";
import type { CreateSpec, Measurer } from "../format";
import { planOf } from "./options";

/**
 * Adds up what `createRaw` makes: as long as the disk, and of it the host blocks that are not zero,
 * or all of them where they are preallocated.
 * @throws ImageError `invalid-argument` as `createRaw`.
 */
export function measureRaw(spec: CreateSpec): Measurer {
  const { size, preallocation } = planOf(spec);
  let blocks = 0;
  return {
    blockSize: hostBlock,
    add(_firstBlock, count) {
      blocks += count;
    },
    result() {
      const allocated = preallocation !== "off" ? wholeHostBlocks(size) : blocks * hostBlock;
      return { fileLength: size, allocated, fullyAllocated: size, required: size };
    },
  };
}

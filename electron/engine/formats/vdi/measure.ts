import { countGroups } from "../../io/count-groups";
import { hostBlock, wholeHostBlocks } from "../../io/host-blocks";
import type { CreateSpec, Measurer } from "../format";
import { blockSize, planOf } from "./options";

/**
 * Adds up what `createVdi` makes: header and map, which end with a host block, then the blocks, all of
 * them or those with data, and of these the host blocks that are not zero, or all that are preallocated.
 * @throws ImageError `invalid-argument` as `createVdi`.
 */
export function measureVdi(spec: CreateSpec): Measurer {
  const { offData, cBlocks, isStatic, preallocation } = planOf(spec);
  const stored = countGroups(blockSize / hostBlock);
  let data = 0;
  return {
    blockSize: hostBlock,
    add(firstBlock, count) {
      stored.add(firstBlock, count);
      data += count * hostBlock;
    },
    result() {
      const fullyAllocated = offData + cBlocks * blockSize;
      const fileLength = isStatic ? fullyAllocated : offData + stored.count * blockSize;
      const allocated = preallocation === "off" ? offData + data : wholeHostBlocks(fileLength);
      return { fileLength, allocated, fullyAllocated };
    },
  };
}

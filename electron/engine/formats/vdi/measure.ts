import { countGroups } from "../../io/count-groups";
import { hostBlock } from "../../io/host-blocks";
import type { CreateSpec, Measurer } from "../format";
import { blockSize, planOf } from "./options";

/**
 * Adds up what `createVdi` makes: header and map, which end with a host block, then the blocks, all of
 * them or those with data, and of these the host blocks that are not zero.
 * @throws ImageError `invalid-argument` as `createVdi`.
 */
export function measureVdi(spec: CreateSpec): Measurer {
  const { offData, cBlocks, isStatic } = planOf(spec);
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
      return { fileLength, allocated: offData + data, fullyAllocated };
    },
  };
}

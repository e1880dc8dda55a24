import { countGroups } from "../../io/count-groups";
import { hostBlock, wholeHostBlocks } from "../../io/host-blocks";
import type { CreateSpec, Measure, Measurer } from "../format";
import { footerSize } from "./footer";
import { firstSlotOf, slotSize } from "./layout";
import { blockSize, planOf } from "./options";

/**
 * Adds up what `createVhd` makes. Fixed: the disk, of which what is zero is left out unless it is preallocated, and the footer.
 * Dynamic: what lies in front of the blocks, which ends with a host block, and for every block with data
 * a host block for its bitmap and those of its data that are not zero.
 * @throws ImageError `invalid-argument` as `createVhd`.
 */
export function measureVhd(spec: CreateSpec): Measurer {
  const { size, blocks, subformat, preallocation } = planOf(spec);
  const stored = countGroups(blockSize / hostBlock);
  /** Host blocks with data, and where the last of them ends. */
  let data = 0;
  let dataEnd = 0;

  function fixed(): Measure {
    const fileLength = size + footerSize;
    // The footer may lie in the host block in which the data ends.
    const shared = dataEnd * hostBlock > size;
    const withHoles = (data + (shared ? 0 : 1)) * hostBlock;
    const allocated = preallocation === "off" ? withHoles : wholeHostBlocks(fileLength);
    return { fileLength, allocated, fullyAllocated: fileLength };
  }

  function dynamic(): Measure {
    const lengthWith = (slots: number): number =>
      firstSlotOf(blocks) + slots * slotSize + footerSize;
    return {
      fileLength: lengthWith(stored.count),
      allocated: firstSlotOf(blocks) + (stored.count + data + 1) * hostBlock,
      fullyAllocated: lengthWith(blocks),
    };
  }

  return {
    blockSize: hostBlock,
    add(firstBlock, count) {
      stored.add(firstBlock, count);
      data += count;
      dataEnd = firstBlock + count;
    },
    result: subformat === "fixed" ? fixed : dynamic,
  };
}

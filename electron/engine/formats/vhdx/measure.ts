import { countGroups } from "../../io/count-groups";
import { hostBlock, hostBytes, wholeHostBlocks } from "../../io/host-blocks";
import type { CreateSpec, Measurer } from "../format";
import { creatorAt, creatorSize } from "./file-identifier";
import { headerOffsets, headerSize } from "./header";
import { metadataBytes } from "./header-writer";
import { lengthWith, planOf } from "./options";
import { blocksPerPage, everyPage, pageEntries } from "./placed-blocks";
import { regionTableOffsets, regionTableSize } from "./region-table";

/**
 * Adds up what `createVhdx` makes: header section, metadata, those pages of the BAT that have entries,
 * then the blocks, all of them or those with data, and of these the host blocks that are not zero. The
 * log stays a hole. Of a preallocated image all is taken.
 * @throws ImageError `invalid-argument` as `createVhdx`.
 */
export function measureVhdx(spec: CreateSpec): Measurer {
  const plan = planOf(spec);
  const { blockSize, layout, metadataOffset, batOffset } = plan;
  const perBlock = blockSize / hostBlock;
  const isFixed = plan.subformat === "fixed";
  const stored = countGroups(perBlock);
  const pages = countGroups(perBlock * blocksPerPage);
  const usedPages: number[] = [];
  let data = 0;

  /** What of the file is written before the blocks. */
  function* written(): Generator<readonly [number, number], void, undefined> {
    yield [0, creatorAt + creatorSize];
    for (const at of headerOffsets) yield [at, at + headerSize];
    for (const at of regionTableOffsets) yield [at, at + regionTableSize];
    yield [metadataOffset, metadataOffset + metadataBytes(plan).length];
    for (const index of isFixed || plan.blockStateZero ? everyPage(layout) : usedPages) {
      const { at, length } = pageEntries(layout, index);
      yield [batOffset + at, batOffset + at + length];
    }
  }

  return {
    blockSize: hostBlock,
    add(firstBlock, count) {
      stored.add(firstBlock, count);
      const { from, to } = pages.add(firstBlock, count);
      for (let page = from; page < to; page += 1) usedPages.push(page);
      data += count * hostBlock;
    },
    result() {
      const fullyAllocated = lengthWith(plan, layout.payloadBlocks);
      const fileLength = isFixed ? fullyAllocated : lengthWith(plan, stored.count);
      const isPreallocated = plan.preallocation !== "off";
      const allocated = isPreallocated ? wholeHostBlocks(fileLength) : hostBytes(written()) + data;
      return { fileLength, allocated, fullyAllocated };
    },
  };
}

import { hostBlock, hostBytes, wholeHostBlocks } from "../../io/host-blocks";
import type { Measurer } from "../format";
import { countGroups } from "../../io/count-groups";
import { fullLayout } from "./layout";
import type { Plan } from "./options";
import { preallocate } from "./preallocate";

/**
 * Every cluster has its place, in the image or in its data file: the length is known, and of the data
 * the host blocks count.
 */
export function measurePreallocated(plan: Plan, headerLength: number): Measurer {
  const { size, clusterSize, preallocation, dataFile } = plan;
  const { base, layout, fileLength } = preallocate(plan, false);
  const blockSize = Math.min(clusterSize, hostBlock);
  const clusters = countGroups(clusterSize / blockSize);
  const hostBlocks = countGroups(hostBlock / blockSize);
  const wholeBlocks = Math.floor(size / hostBlock);
  /** Bytes of the last host block that are the disk's, where they are stored; tables may follow in it. */
  let rest = 0;
  return {
    blockSize,
    add(firstBlock, count) {
      clusters.add(firstBlock, count);
      if (hostBlocks.add(firstBlock, count).to > wholeBlocks) rest = size % hostBlock;
    },
    result() {
      const full = fullLayout(plan).total * clusterSize;
      const dataEnd = base + wholeBlocks * hostBlock;
      const stored = hostBlocks.count - (rest > 0 ? 1 : 0);
      const data: [number, number][] = [
        [base, base + stored * hostBlock],
        [dataEnd, dataEnd + rest],
      ];
      const header: [number, number] = [0, headerLength];
      const tables: [number, number] = [layout.l2 * clusterSize, fileLength];
      const thick = preallocation === "falloc" || preallocation === "full";
      const absent = Math.ceil(size / clusterSize) - clusters.count;
      return {
        ...(dataFile
          ? {
              fileLength: fileLength + size,
              allocated:
                hostBytes([header, tables]) + (thick ? wholeHostBlocks(size) : hostBytes(data)),
            }
          : {
              fileLength,
              allocated: thick ? wholeHostBlocks(fileLength) : hostBytes([header, ...data, tables]),
            }),
        fullyAllocated: full,
        required: thick ? full : full - absent * clusterSize,
      };
    },
  };
}

/** What is written into a data file, cluster by cluster. */
export interface DataFileBytes {
  add(firstBlock: number, count: number): void;
  /** What the host gives for it. */
  readonly bytes: number;
}

/** @param blockSize Of the blocks that it is told of, in bytes. */
export function dataFileBytes(size: number, blockSize: number): DataFileBytes {
  const unit = Math.max(blockSize, hostBlock);
  const units = countGroups(unit / blockSize);
  let end = 0;
  return {
    add(firstBlock, count) {
      end = units.add(firstBlock, count).to * unit;
    },
    get bytes() {
      // The file ends with the disk.
      return units.count * unit - Math.max(0, end - wholeHostBlocks(size));
    },
  };
}

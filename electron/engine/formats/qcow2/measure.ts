import { countGroups } from "../../io/count-groups";
import { hostBlock, hostBytes, wholeHostBlocks } from "../../io/host-blocks";
import { partSize } from "../../image/writer";
import type { ImageLayer } from "../../image/layer";
import type { CreateSpec, Measurer } from "../format";
import { bitmapsSize } from "./bitmaps";
import { headerCluster, noPlaces } from "./header-writer";
import { fullLayout, layoutOf } from "./layout";
import { planOf, type Plan } from "./options";
import { preallocate } from "./preallocate";
import { pieceSize } from "./write-tables";

/**
 * Adds up what `createQcow2` makes: the clusters that are stored, the L2 tables that point to them,
 * and what these need of refcounts.
 * @throws ImageError `invalid-argument` as `createQcow2`; `result` throws `limit` when there are more
 *   clusters than refcounts can reach.
 */
export function measureQcow2(spec: CreateSpec): Measurer {
  const plan = planOf(spec);
  const { clusterSize, l2Entries, l1Size } = plan;
  const headerLength = headerCluster(plan, noPlaces, spec.backing).length;
  if (plan.preallocation !== "off") return measurePreallocated(plan, headerLength);
  const blockSize = Math.min(clusterSize, partSize);
  const perCluster = clusterSize / blockSize;
  const perTable = perCluster * l2Entries;
  const blocks = countGroups(1);
  const clusters = countGroups(perCluster);
  const tables = countGroups(perTable);
  const pieces = countGroups((perTable * pieceSize) / 8);
  /** Beginnings of the L1 table's pieces that have an entry, in bytes. */
  const usedPieces: number[] = [];

  /** What of the file is written, from its beginning on. */
  function* written(l2At: number, l1At: number): Generator<[number, number], void, undefined> {
    yield [0, headerLength];
    // Parts of clusters are counted side by side: they are whole host blocks wherever they lie.
    yield [clusterSize, clusterSize + blocks.count * blockSize];
    yield [l2At, l1At];
    for (const at of usedPieces) yield [l1At + at, l1At + Math.min(at + pieceSize, l1Size * 8)];
  }

  return {
    blockSize,
    add(firstBlock, count) {
      for (const each of [blocks, clusters, tables]) each.add(firstBlock, count);
      const { from, to } = pieces.add(firstBlock, count);
      for (let piece = from; piece < to; piece++) usedPieces.push(piece * pieceSize);
    },
    result() {
      const layout = layoutOf(plan, clusters.count, tables.count);
      const l1At = layout.l1 * clusterSize;
      const full = fullLayout(plan);
      return {
        fileLength: l1At + l1Size * 8,
        allocated: hostBytes(written(layout.l2 * clusterSize, l1At)),
        fullyAllocated: full.total * clusterSize,
        required: (full.total - full.slots + clusters.count) * clusterSize,
      };
    },
  };
}

/** Every cluster has its place: the file's length is known, and of its data the host blocks count. */
function measurePreallocated(plan: Plan, headerLength: number): Measurer {
  const { size, clusterSize, preallocation } = plan;
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
      const written: [number, number][] = [
        [0, headerLength],
        [base, base + stored * hostBlock],
        [dataEnd, dataEnd + rest],
        [layout.l2 * clusterSize, fileLength],
      ];
      const thick = preallocation !== "metadata";
      const absent = Math.ceil(size / clusterSize) - clusters.count;
      return {
        fileLength,
        allocated: thick ? wholeHostBlocks(fileLength) : hostBytes(written),
        fullyAllocated: full,
        required: thick ? full : full - absent * clusterSize,
      };
    },
  };
}

/** `Format.bitmapsSize`: version 3 alone has bitmaps. Those that were not saved well are counted too. */
export function measureBitmaps(spec: CreateSpec, source: ImageLayer): number | undefined {
  const { version, clusterSize } = planOf(spec);
  const { format, facts } = source;
  if (version !== 3 || format !== "qcow2" || facts.version !== "3") return undefined;
  return bitmapsSize(spec.size, clusterSize, facts.bitmaps);
}

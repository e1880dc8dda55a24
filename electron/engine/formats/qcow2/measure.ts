import { countGroups } from "../../io/count-groups";
import { hostBytes } from "../../io/host-blocks";
import { partSize } from "../../image/writer";
import type { ImageLayer } from "../../image/layer";
import type { CreateSpec, Measurer } from "../format";
import { bitmapsSize } from "./bitmaps";
import { headerCluster, noPlaces } from "./header-writer";
import { fullLayout, layoutOf } from "./layout";
import { dataFileBytes, measurePreallocated } from "./measure-in-place";
import { planOf } from "./options";
import { pieceSize } from "./write-tables";

/**
 * Adds up what `createQcow2` makes: the clusters that are stored, the L2 tables that point to them,
 * and what these need of refcounts. An image with a data file is both files together.
 * @throws ImageError `invalid-argument` as `createQcow2`; `result` throws `limit` when there are more
 *   clusters than refcounts can reach.
 */
export function measureQcow2(spec: CreateSpec): Measurer {
  const plan = planOf(spec);
  const { clusterSize, l2Entries, l1Size } = plan;
  const headerLength = headerCluster(plan, noPlaces, spec.backing).length;
  if (plan.mapped) return measurePreallocated(plan, headerLength);
  const blockSize = Math.min(clusterSize, partSize);
  const perCluster = clusterSize / blockSize;
  const perTable = perCluster * l2Entries;
  const blocks = countGroups(1);
  const clusters = countGroups(perCluster);
  const tables = countGroups(perTable);
  const pieces = countGroups((perTable * pieceSize) / 8);
  const dataFile = plan.dataFile && dataFileBytes(plan.size, blockSize);
  /** Beginnings of the L1 table's pieces that have an entry, in bytes. */
  const usedPieces: number[] = [];

  /** What of the file is written, from its beginning on. */
  function* written(l2At: number, l1At: number): Generator<[number, number], void, undefined> {
    yield [0, headerLength];
    // Parts of clusters are counted side by side: they are whole host blocks wherever they lie.
    if (!dataFile) yield [clusterSize, clusterSize + blocks.count * blockSize];
    yield [l2At, l1At];
    for (const at of usedPieces) yield [l1At + at, l1At + Math.min(at + pieceSize, l1Size * 8)];
  }

  return {
    blockSize,
    add(firstBlock, count) {
      for (const each of [blocks, clusters, tables]) each.add(firstBlock, count);
      dataFile?.add(firstBlock, count);
      const { from, to } = pieces.add(firstBlock, count);
      for (let piece = from; piece < to; piece++) usedPieces.push(piece * pieceSize);
    },
    result() {
      const layout = layoutOf(plan, dataFile ? 0 : clusters.count, tables.count);
      const l1At = layout.l1 * clusterSize;
      const full = fullLayout(plan);
      return {
        fileLength: l1At + l1Size * 8 + (dataFile ? plan.size : 0),
        allocated: hostBytes(written(layout.l2 * clusterSize, l1At)) + (dataFile?.bytes ?? 0),
        fullyAllocated: full.total * clusterSize,
        required: (full.total - full.slots + clusters.count) * clusterSize,
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

import { ImageError } from "../../errors";
import type { ImageWriter, Placement } from "../../image/writer";
import { hostBlock } from "../../io/host-blocks";
import { reserveAll, writeZeros } from "../../io/preallocation";
import type { ByteTarget } from "../../io/source";
import type { CreateSpec } from "../format";
import { finishImage } from "./finish-image";
import type { Plan } from "./options";
import { preallocate } from "./preallocate";
import { createSlotMap } from "./slot-map";
import type { WrittenClusters } from "./write-tables";
import { createZeroedClusters } from "./zeroed-clusters";

/**
 * Begins an image whose data lies in a second file, every cluster where it lies on the disk. The
 * clusters of that file have no refcounts; `target` gets the tables (specification, "External data
 * file").
 * @throws ImageError `invalid-argument` without `files`, `exists` and `io` as `NewFiles.add`,
 *   `unsupported` when space shall be reserved and the host cannot.
 */
export function createWithDataFile(target: ByteTarget, plan: Plan, spec: CreateSpec): ImageWriter {
  const { size, mapped, preallocation, dataFile } = plan;
  if (spec.files === undefined || dataFile === undefined)
    throw new ImageError("invalid-argument", "The data file cannot be written here");
  const data = spec.files.add(dataFile.name);
  if (preallocation === "falloc") reserveAll(data, size);
  const { placement, clusters, placed, zeroed } = mapped
    ? wholeDisk(plan, spec)
    : clustersInPlace(plan);
  const told = { placement, placed, ...(zeroed && { zeroed }) };
  const part: ImageWriter = {
    ...told,
    ...(preallocation === "full" && { prepare: () => writeZeros(data, size) }),
    finish: () => data.truncate(size),
  };
  return {
    ...told,
    parts: [{ from: 0, length: size, target: data, writer: part }],
    finish: () => finishImage(target, plan, spec, { clusters: clusters(), slots: 0 }),
  };
}

/** How data gets into the file, and what the tables tell of it in the end. */
interface DataClusters extends Pick<ImageWriter, "placement" | "placed" | "zeroed"> {
  clusters(): WrittenClusters;
}

/** Every cluster is mapped, whether anything was written there or not. */
function wholeDisk(plan: Plan, { backing }: CreateSpec): DataClusters {
  const { clusters } = preallocate(plan, backing !== undefined);
  return {
    placement: { kind: "linear", base: 0, blockSize: hostBlock },
    placed() {
      throw new Error("Clusters that are mapped already take no slots.");
    },
    clusters: () => clusters,
  };
}

/** Those clusters are mapped that hold data. */
function clustersInPlace(plan: Plan): DataClusters {
  const { clusterSize, l2Entries } = plan;
  const written = createSlotMap(l2Entries, clusterSize, 0);
  const zeroed = createZeroedClusters(plan);
  const placement: Placement = {
    kind: "slots",
    blockSize: clusterSize,
    firstSlotAt: 0,
    slotSize: clusterSize,
    headSize: 0,
    fixed: true,
  };
  return {
    placement,
    placed: (first, slot, count) => written.set(first, slot, count),
    zeroed: (first, count) => zeroed.add(first, count),
    clusters: () => zeroed.over(written, 0).clusters,
  };
}

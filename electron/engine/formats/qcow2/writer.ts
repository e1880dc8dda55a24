import type { ImageWriter, Placement } from "../../image/writer";
import { requireZstd } from "../../codec/compression";
import { hostBlock } from "../../io/host-blocks";
import { reserveAll, writeZeros } from "../../io/preallocation";
import type { ByteTarget } from "../../io/source";
import type { CreateSpec } from "../format";
import { headerCluster, noPlaces } from "./header-writer";
import { createWithDataFile } from "./data-file-writer";
import { finishImage } from "./finish-image";
import { layoutOf } from "./layout";
import { planOf, type Plan } from "./options";
import { createPackedMap } from "./packed-map";
import { preallocate } from "./preallocate";
import { createSlotMap } from "./slot-map";
import { createZeroedClusters } from "./zeroed-clusters";

/**
 * Begins a new qcow2 image. From the file's beginning: the header's cluster, the data in its slots, the
 * L2 tables in use, refcount blocks, refcount table, and the L1 table, which is last because it alone
 * need not be whole clusters: an empty image is then as long as qemu-img makes it.
 * @throws ImageError `invalid-argument` for an option, size or backing name that qcow2 cannot have;
 *   `placed`, `packed` and `finish` throw `limit` when there are more clusters than refcounts can reach;
 *   `unsupported` when space shall be reserved and the host cannot, or this runtime has no zstd.
 */
export function createQcow2(target: ByteTarget, spec: CreateSpec): ImageWriter {
  const plan = planOf(spec);
  // Written with the tables' places at the end; made now to refuse a name that does not fit.
  headerCluster(plan, noPlaces, spec.backing);
  if (plan.dataFile) return createWithDataFile(target, plan, spec);
  if (plan.mapped) return preallocatedWriter(target, plan, spec);
  return spec.compress === true ? packedWriter(target, plan, spec) : slotWriter(target, plan, spec);
}

/** Every guest cluster lies in a cluster of the file. */
function slotWriter(target: ByteTarget, plan: Plan, spec: CreateSpec): ImageWriter {
  const { clusterSize } = plan;
  const clusters = createSlotMap(plan.l2Entries, clusterSize);
  const zeroed = createZeroedClusters(plan);
  return {
    placement: {
      kind: "slots",
      blockSize: clusterSize,
      firstSlotAt: clusterSize,
      slotSize: clusterSize,
      headSize: 0,
    },
    placed(firstBlock, firstSlot, count) {
      // More slots than refcounts can reach are refused here, not after everything was copied.
      layoutOf(plan, firstSlot + count, 0);
      clusters.set(firstBlock, firstSlot, count);
    },
    zeroed: (first, count) => zeroed.add(first, count),
    finish: (slots) => finishImage(target, plan, spec, zeroed.over(clusters, slots)),
  };
}

/** Every guest cluster has its place in the file from the start. */
function preallocatedWriter(target: ByteTarget, plan: Plan, spec: CreateSpec): ImageWriter {
  const { preallocation } = plan;
  const { slots, base, clusters, fileLength } = preallocate(plan, spec.backing !== undefined);
  if (preallocation === "falloc") reserveAll(target, fileLength);
  return {
    placement: { kind: "linear", base, blockSize: hostBlock },
    ...(preallocation === "full" && { prepare: () => writeZeros(target, fileLength) }),
    placed() {
      throw new Error("Preallocated clusters take no slots.");
    },
    finish: () => finishImage(target, plan, spec, { clusters, slots }),
  };
}

/**
 * As qemu-img compresses. zlib is raw deflate, with matches at most 4 KiB back, for readers that decode
 * with no more memory. Level 5 takes a sixth less time than qemu's 6 for hardly a byte more, and with
 * Node's zlib stays within 4 % of qemu-img's size; level 4 comes to 5 %.
 */
const encodings = {
  zlib: { codec: "deflate-raw", windowBits: 12, level: 5 },
  zstd: { codec: "zstd", level: 3 },
} as const;

/** Compressed clusters share the clusters of the file. */
function packedWriter(target: ByteTarget, plan: Plan, spec: CreateSpec): ImageWriter {
  const { clusterSize, refcountBits, compressionType } = plan;
  if (compressionType === "zstd") requireZstd();
  const clusters = createPackedMap(plan.l2Entries, clusterSize);
  const zeroed = createZeroedClusters(plan);
  const placement: Placement = {
    kind: "packed",
    blockSize: clusterSize,
    firstUnitAt: clusterSize,
    unitSize: clusterSize,
    // Each one that shares a cluster counts in its refcount.
    mostPerUnit: 2 ** refcountBits - 1,
    encoding: encodings[compressionType],
  };
  return {
    placement,
    placed() {
      throw new Error("Compressed clusters have no slots.");
    },
    packed(block, piece) {
      layoutOf(plan, Math.ceil((piece.at + piece.length) / clusterSize) - 1, 0);
      clusters.set(block, piece);
    },
    zeroed: (first, count) => zeroed.add(first, count),
    finish: (units) => finishImage(target, plan, spec, zeroed.over(clusters, units)),
  };
}

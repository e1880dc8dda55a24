import type { ImageWriter } from "../../image/writer";
import type { ByteTarget } from "../../io/source";
import type { CreateSpec } from "../format";
import { headerCluster, noPlaces } from "./header-writer";
import { layoutOf } from "./layout";
import { planOf } from "./options";
import { createSlotMap } from "./slot-map";
import { writeL1Table, writeL2Tables, writeRefcounts } from "./write-tables";

/**
 * Begins a new qcow2 image. From the file's beginning: the header's cluster, the data in its slots, the
 * L2 tables in use, refcount blocks, refcount table, and the L1 table, which is last because it alone
 * need not be whole clusters: an empty image is then as long as qemu-img makes it.
 * @throws ImageError `invalid-argument` for an option, size or backing name that qcow2 cannot have;
 *   `placed` and `finish` throw `limit` when there are more clusters than refcounts can reach.
 */
export function createQcow2(target: ByteTarget, spec: CreateSpec): ImageWriter {
  const plan = planOf(spec.size, spec.options);
  const { clusterSize, l1Size, l2Entries } = plan;
  // Written with the tables' places at the end; made now to refuse a name that does not fit.
  headerCluster(plan, noPlaces, spec.backing);
  const slotMap = createSlotMap(l2Entries);
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
      slotMap.set(firstBlock, firstSlot, count);
    },
    finish(slots) {
      const used = slotMap.usedTables();
      const layout = layoutOf(plan, slots, used.length);
      writeL2Tables(target, plan, layout, slotMap, used);
      writeRefcounts(target, plan, layout, slotMap);
      // What was reserved ahead goes back even when the L1 table ends in a hole, behind it.
      target.truncate(layout.l1 * clusterSize);
      writeL1Table(target, plan, layout, used);
      target.truncate(layout.l1 * clusterSize + l1Size * 8);
      const places = {
        l1TableOffset: l1Size === 0 ? 0 : layout.l1 * clusterSize,
        refcountTableOffset: layout.refcountTable * clusterSize,
        refcountTableClusters: layout.refcounts.tableClusters,
      };
      // The header last: a file without one is no image yet.
      target.write(0, headerCluster(plan, places, spec.backing));
    },
  };
}

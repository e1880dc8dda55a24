import type { ByteTarget } from "../../io/source";
import type { CreateSpec } from "../format";
import { headerCluster } from "./header-writer";
import { layoutOf } from "./layout";
import type { Plan } from "./options";
import { writeL1Table, writeL2Tables, writeRefcounts, type WrittenClusters } from "./write-tables";

/**
 * Ends an image: writes tables and header, and sets the length.
 * @param written What lies in the file, and in how many slots behind the header's cluster.
 * @throws ImageError `io`, `limit` when there are more clusters than refcounts can reach.
 */
export function finishImage(
  target: ByteTarget,
  plan: Plan,
  spec: CreateSpec,
  { clusters, slots }: { readonly clusters: WrittenClusters; readonly slots: number },
): void {
  const { clusterSize, l1Size } = plan;
  const used = clusters.usedTables();
  const layout = layoutOf(plan, slots, used.length);
  writeL2Tables(target, plan, layout, clusters, used);
  writeRefcounts(target, plan, layout, clusters);
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
}

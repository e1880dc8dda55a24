import type { Plan } from "./options";
import { planRefcounts, requireReadableTable, type RefcountPlan } from "./refcounts";

/**
 * Where the parts of a new image lie, as cluster numbers in the file. Cluster 0 holds the header, the
 * slots follow from cluster 1 on, then the tables in the order below.
 */
export interface Layout {
  /** Slots handed out. */
  readonly slots: number;
  readonly l2: number;
  readonly refcountTable: number;
  readonly refcountBlocks: number;
  readonly l1: number;
  /** Clusters in the file, the L1 table's last one included, which the file's end cuts off. */
  readonly total: number;
  readonly refcounts: RefcountPlan;
}

/**
 * The layout of an image with `slots` slots and `l2Tables` L2 tables.
 * @throws ImageError `limit` when there are more clusters than refcounts can reach.
 */
export function layoutOf(plan: Plan, slots: number, l2Tables: number): Layout {
  const layout = unlimitedLayout(plan, slots, l2Tables);
  requireReadableTable(layout.refcounts, plan.clusterSize);
  return layout;
}

/** The layout of an image in which every cluster of the disk has a slot; it may be past all limits. */
export function fullLayout(plan: Plan): Layout {
  return unlimitedLayout(plan, Math.ceil(plan.size / plan.clusterSize), plan.l1Size);
}

function unlimitedLayout(plan: Plan, slots: number, l2Tables: number): Layout {
  const { clusterSize, refcountBits, l1Size } = plan;
  const l1Clusters = Math.ceil((l1Size * 8) / clusterSize);
  const refcounts = planRefcounts(1 + slots + l2Tables + l1Clusters, clusterSize, refcountBits);
  const l2 = 1 + slots;
  // An empty image is laid out as qemu-img's: scripts look there for its parts.
  const refcountTable = l2 + l2Tables;
  const refcountBlocks = refcountTable + refcounts.tableClusters;
  const l1 = refcountBlocks + refcounts.blocks;
  return { slots, l2, refcountTable, refcountBlocks, l1, total: l1 + l1Clusters, refcounts };
}

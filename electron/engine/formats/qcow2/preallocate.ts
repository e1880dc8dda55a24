import { hostBlock } from "../../io/host-blocks";
import { standardEntry } from "./entry-words";
import { layoutOf, type Layout } from "./layout";
import type { Plan } from "./options";
import type { WrittenClusters } from "./write-tables";

/**
 * A disk of which every cluster has its place: guest byte n lies at `base + n` of the image, or of its
 * data file.
 */
export interface Preallocated {
  /** A whole host block, so that blocks of the disk are blocks of the host; 0 in a data file. */
  readonly base: number;
  /**
   * Slots of the image in front of the tables: those that the disk takes, and unused ones before it.
   */
  readonly slots: number;
  readonly clusters: WrittenClusters;
  readonly layout: Layout;
  /** Of the image, in bytes. */
  readonly fileLength: number;
}

/**
 * Gives every cluster of the disk its place.
 * @param empty With extended L2 entries: nothing lies there yet, and a backing file answers.
 * @throws ImageError `limit` when there are more clusters than refcounts can reach.
 */
export function preallocate(plan: Plan, empty: boolean): Preallocated {
  const { size, clusterSize, l1Size, l2Entries, dataFile } = plan;
  const first = dataFile ? 0 : Math.ceil(hostBlock / clusterSize);
  const count = Math.ceil(size / clusterSize);
  // Slot 0 is the file's cluster 1.
  const slots = dataFile ? 0 : first - 1 + count;
  const layout = layoutOf(plan, slots, l1Size);
  return {
    base: first * clusterSize,
    slots,
    layout,
    fileLength: layout.l1 * clusterSize + l1Size * 8,
    clusters: {
      empty,
      usedTables: () => Array.from({ length: l1Size }, (_, index) => index),
      eachEntry(l1Index, put) {
        const from = l1Index * l2Entries;
        const entries = Math.min(l2Entries, count - from);
        for (let entry = 0; entry < entries; entry++) {
          put(entry, standardEntry((first + from + entry) * clusterSize));
        }
      },
      refcounts: () => (slot) => (slot < first - 1 ? 0 : 1),
    },
  };
}

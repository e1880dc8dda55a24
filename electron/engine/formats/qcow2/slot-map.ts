import { ImageError } from "../../errors";
import { standardEntry } from "./entry-words";
import { createTablePages } from "./table-pages";
import type { WrittenClusters } from "./write-tables";

/** Which slot each guest cluster lies in: 4 bytes a cluster, only where there are any. */
export interface SlotMap extends WrittenClusters {
  /** @throws ImageError `limit` past 2^32 - 2 slots. */
  set(firstCluster: number, firstSlot: number, count: number): void;
}

/** Slots are kept plus one in 32 bits, 0 being none. */
const mostSlots = 2 ** 32 - 1;

/**
 * An empty map for L2 tables of `l2Entries` entries.
 * @param firstAt Byte offset of slot 0: behind the header, which takes a cluster, or 0 in a data file.
 */
export function createSlotMap(
  l2Entries: number,
  clusterSize: number,
  firstAt = clusterSize,
): SlotMap {
  const pages = createTablePages(l2Entries, 1);
  const { usedTables } = pages;
  let placed = 0;

  return {
    set(firstCluster, firstSlot, count) {
      if (firstSlot + count > mostSlots) {
        throw new ImageError("limit", "The image has too many clusters of data", {
          expected: `at most ${mostSlots}`,
          found: firstSlot + count,
        });
      }
      pages.setRun(firstCluster, count, firstSlot + 1);
      placed += count;
    },
    usedTables,
    eachEntry(l1Index, put) {
      const table = pages.table(l1Index);
      for (let entry = 0; entry < table.length; entry++) {
        const slot = table[entry] ?? 0;
        if (slot > 0) put(entry, standardEntry(firstAt + (slot - 1) * clusterSize));
      }
    },
    refcounts(slots) {
      if (placed === slots) return () => 1;
      const taken = new Uint8Array(slots);
      for (const index of usedTables()) {
        for (const slot of pages.table(index)) if (slot > 0) taken[slot - 1] = 1;
      }
      return (slot) => taken[slot] ?? 0;
    },
  };
}

import { ImageError } from "../../errors";

/** Which slot each guest cluster lies in: 4 bytes a cluster, only where there are any. */
export interface SlotMap {
  /** Guest clusters with a slot. */
  readonly placed: number;
  /** @throws ImageError `limit` past 2^32 - 2 slots. */
  set(firstCluster: number, firstSlot: number, count: number): void;
  /** The indices of the L2 tables that have something to say, ascending. */
  usedTables(): number[];
  /**
   * Slots of the clusters of L2 table `index`, each plus one; 0 for a cluster without.
   * A view; only for an index that `usedTables` gave.
   */
  table(index: number): Uint32Array;
  /** Tells which of slots 0 to `slots` - 1 no cluster lies in. */
  emptySlots(slots: number): (slot: number) => boolean;
}

/** Slots are kept plus one in 32 bits, 0 being none. */
const mostSlots = 2 ** 32 - 1;
/** Clusters in a page at least: small L2 tables share one. */
const leastPage = 4096;

/** An empty map for L2 tables of `l2Entries` entries (a power of two). */
export function createSlotMap(l2Entries: number): SlotMap {
  const pageLength = Math.max(l2Entries, leastPage);
  const pages = new Map<number, Uint32Array>();
  let placed = 0;

  function page(index: number): Uint32Array {
    let slots = pages.get(index);
    if (slots === undefined) {
      slots = new Uint32Array(pageLength);
      pages.set(index, slots);
    }
    return slots;
  }

  function table(index: number): Uint32Array {
    const first = index * l2Entries;
    const inPage = first % pageLength;
    return page(Math.floor(first / pageLength)).subarray(inPage, inPage + l2Entries);
  }

  return {
    get placed() {
      return placed;
    },
    set(firstCluster, firstSlot, count) {
      if (firstSlot + count > mostSlots) {
        throw new ImageError("limit", "The image has too many clusters of data", {
          expected: `at most ${mostSlots}`,
          found: firstSlot + count,
        });
      }
      for (let i = 0; i < count; i++) {
        const cluster = firstCluster + i;
        page(Math.floor(cluster / pageLength))[cluster % pageLength] = firstSlot + i + 1;
      }
      placed += count;
    },
    usedTables() {
      const tablesPerPage = pageLength / l2Entries;
      const used: number[] = [];
      for (const index of [...pages.keys()].sort((a, b) => a - b)) {
        for (let i = 0; i < tablesPerPage; i++) {
          const at = index * tablesPerPage + i;
          if (table(at).some((slot) => slot !== 0)) used.push(at);
        }
      }
      return used;
    },
    table,
    emptySlots(slots) {
      const taken = new Uint8Array(slots);
      for (const kept of pages.values()) {
        for (const slot of kept) if (slot > 0) taken[slot - 1] = 1;
      }
      return (slot) => taken[slot] === 0;
    },
  };
}

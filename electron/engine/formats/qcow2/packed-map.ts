import type { StoredPiece } from "../../image/writer";
import { compressedPlace } from "./compressed";
import { compressedEntry, isCompressed, standardEntry, type EntryWords } from "./entry-words";
import { createTablePages } from "./table-pages";
import type { WrittenClusters } from "./write-tables";

/**
 * Where each guest cluster of a compressed image is stored: its L2 entry, 8 bytes a cluster, only where
 * there are any.
 */
export interface PackedMap extends WrittenClusters {
  /** @throws ImageError `limit`. */
  set(cluster: number, piece: StoredPiece): void;
}

/** An empty map for L2 tables of `l2Entries` entries. Slot n is the file's cluster n + 1. */
export function createPackedMap(l2Entries: number, clusterSize: number): PackedMap {
  const pages = createTablePages(l2Entries, 2);
  const { usedTables } = pages;
  const clusterBits = Math.log2(clusterSize);

  function eachEntry(l1Index: number, put: (entry: number, words: EntryWords) => void): void {
    const table = pages.table(l1Index);
    for (let entry = 0; entry < l2Entries; entry++) {
      const high = table[entry * 2] ?? 0;
      const low = table[entry * 2 + 1] ?? 0;
      // Every entry has one of the two flags of the upper half.
      if (high !== 0) put(entry, { high, low });
    }
  }

  return {
    set(cluster, { at, length, encoded }) {
      const entry = encoded ? compressedEntry(at, length, clusterBits) : standardEntry(at);
      pages.set(cluster, 0, entry.high);
      pages.set(cluster, 1, entry.low);
    },
    usedTables,
    eachEntry,
    refcounts(slots) {
      // No cluster's stream is as short as 2^-16 of it: there are never so many in one.
      const counts = new Uint16Array(slots);
      const count = (from: number, length: number): void => {
        const last = Math.floor((from + length - 1) / clusterSize);
        for (let index = Math.floor(from / clusterSize); index <= last; index++) {
          counts[index - 1] = (counts[index - 1] ?? 0) + 1;
        }
      };
      for (const index of usedTables()) {
        eachEntry(index, (_, words) => {
          if (isCompressed(words)) {
            const { at, stored } = compressedPlace(words.high, words.low, clusterBits);
            count(at, stored);
          } else {
            count((words.high & 0x00ffffff) * 2 ** 32 + words.low, 1);
          }
        });
      }
      return (slot) => counts[slot] ?? 0;
    },
  };
}

import type { ByteSource } from "../../io/source";
import type { Header } from "./header";
import { requireTable } from "./tables";

/** A part of an L2 table, as it lies in the file (big-endian). */
export interface L2Slice {
  readonly view: DataView;
  /** Byte offset of the slice in the file. */
  readonly at: number;
}

/** Bytes of L2 table that are read at once: with 2 MiB clusters a table is 2 MiB long. */
const sliceSize = 64 * 1024;
/** Bytes of L2 tables kept in memory. */
const cacheSize = 4 * 1024 * 1024;

/** Reads L2 tables in slices and keeps those used last. */
export interface L2Tables {
  /** Bytes of a slice: the smaller of a cluster and 64 KiB. */
  readonly sliceSize: number;
  /**
   * The slice `part` of the L2 table at byte `tableOffset`, named by L1 entry `l1Index`.
   * Once 4 MiB of other slices were asked for, its memory holds one of them.
   * @throws ImageError `invalid-table` when it is not on a cluster, `truncated` when the file ends in the table.
   */
  slice(tableOffset: number, l1Index: number, part: number): L2Slice;
}

/** The L2 tables of an image; at most 4 MiB of them in memory. */
export function createL2Tables(source: ByteSource, header: Header): L2Tables {
  const bytesPerSlice = Math.min(header.clusterSize, sliceSize);
  const most = cacheSize / bytesPerSlice;
  // A Map keeps the order of insertion: the first key is the one unused for longest.
  const slices = new Map<number, L2Slice>();

  /** Gives up the oldest slice when there is no room for another; the answer is its memory. */
  function takeOldest(): DataView | undefined {
    if (slices.size < most) return undefined;
    const [oldest] = slices.values();
    if (oldest !== undefined) slices.delete(oldest.at);
    return oldest?.view;
  }

  return {
    sliceSize: bytesPerSlice,
    slice(tableOffset, l1Index, part) {
      const at = tableOffset + part * bytesPerSlice;
      const kept = slices.get(at);
      if (kept !== undefined) {
        slices.delete(at);
        slices.set(at, kept);
        return kept;
      }
      requireTable(source, header, {
        name: "L2 table",
        offset: tableOffset,
        length: header.clusterSize,
        saidAt: header.l1TableOffset + l1Index * 8,
      });
      // The memory of the slice that goes serves the one that comes: it is cheaper than new memory.
      const view = takeOldest() ?? new DataView(new ArrayBuffer(bytesPerSlice));
      source.read(at, new Uint8Array(view.buffer));
      const slice = { view, at };
      slices.set(at, slice);
      return slice;
    },
  };
}

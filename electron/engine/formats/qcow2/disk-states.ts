import type { SnapshotFacts } from "../../../../shared/model/facts";
import type { ByteSource } from "../../io/source";
import { compressedPlace } from "./compressed";
import { hasDataFile, hasExtendedL2, l2EntriesOf, readHeader } from "./header";
import { readL1Table } from "./l1-table";
import { createL2Tables } from "./l2-table";
import { atSnapshot, readSnapshots } from "./snapshots";

/** The disk at one time: a snapshot, or the active disk. */
export interface DiskState {
  /** Absent for the active disk. */
  readonly facts?: SnapshotFacts;
  /** Bytes of the disk then. */
  readonly size: number;
  /** Byte offset of the L2 table that its L1 entry `index` points to; 0 for none. */
  l2TableOffset(index: number): number;
}

/** Places of guest clusters of which nothing is stored. */
export const place = { unallocated: 0, zero: 1 } as const;

/** The disk at every time that the image keeps, as its tables map it. */
export interface DiskStates {
  readonly clusterSize: number;
  readonly version: 2 | 3;
  /** Whether a backing file answers for what is not stored. */
  readonly backed: boolean;
  /** The snapshots in the table's order, the active disk last. */
  readonly states: readonly DiskState[];
  /** L1 entries that the largest of these disks needs; saved machine state lies behind. */
  readonly l1Entries: number;
  /** Entries of an L2 table, and of the parts that `places` reads at once. */
  readonly l2Entries: number;
  readonly partEntries: number;
  /**
   * Fills `into`, `partEntries` long, with the places of part `part` of the L2 table at byte
   * `tableOffset`, which L1 entry `l1Index` points to: `place`, or a number of 512 and more for a
   * cluster of its own, or below 0 for a compressed one.
   * @throws ImageError `invalid-table`, `truncated`, `io`.
   */
  places(tableOffset: number, l1Index: number, part: number, into: Float64Array): void;
}

/** Whether something is stored at a place. */
export const isStored = (at: number): boolean => at !== place.unallocated && at !== place.zero;

/**
 * Reads the L1 tables of the disk and all of its snapshots.
 * @throws ImageError as `readHeader`, `readSnapshots`, `atSnapshot` and `readL1Table`.
 */
export function readDiskStates(source: ByteSource): DiskStates {
  const header = readHeader(source);
  const snapshots = readSnapshots(source, header);
  const extended = hasExtendedL2(header);
  const { clusterSize, clusterBits } = header;
  const l2Entries = l2EntriesOf(clusterSize, extended);
  const entriesFor = (size: number): number => Math.ceil(size / (l2Entries * clusterSize));
  const tables = createL2Tables(source, header);
  const entrySize = extended ? 16 : 8;
  const partEntries = tables.sliceSize / entrySize;
  const zeroFlag = extended ? 0 : 1;
  const dataFile = hasDataFile(header);

  const states = [...snapshots.keys(), undefined].map((index): DiskState => {
    const at = index === undefined ? header : atSnapshot(source, header, snapshots, index);
    const l1 = readL1Table(source, at);
    const needed = entriesFor(at.size);
    const facts = index === undefined ? undefined : snapshots[index]?.facts;
    return {
      ...(facts && { facts }),
      size: at.size,
      l2TableOffset: (entry) => (entry < needed ? l1.l2TableOffset(entry) : 0),
    };
  });

  function placeAt(view: DataView, at: number): number {
    const high = view.getUint32(at);
    const low = view.getUint32(at + 4);
    if ((high & 0x40000000) !== 0) return -1 - compressedPlace(high, low, clusterBits).at;
    const offset = (high & 0x00ffffff) * 2 ** 32 + ((low & 0xfffffe00) >>> 0);
    if (offset === 0 && !(dataFile && high >>> 31 === 1)) {
      const zeros = (low & zeroFlag) !== 0 || (extended && view.getUint32(at + 8) !== 0);
      return zeros ? place.zero : place.unallocated;
    }
    // A preallocated cluster that reads as zeros holds no data.
    return (low & zeroFlag) === 0 ? Math.max(offset, 512) : place.zero;
  }

  return {
    clusterSize,
    version: header.version,
    backed: header.backingFileOffset !== 0,
    states,
    l1Entries: Math.max(...states.map(({ size }) => entriesFor(size))),
    l2Entries,
    partEntries,
    places(tableOffset, l1Index, part, into) {
      const { view } = tables.slice(tableOffset, l1Index, part);
      for (let i = 0; i < partEntries; i++) into[i] = placeAt(view, i * entrySize);
    },
  };
}

import type { ByteSource } from "../../../io/source";
import { markedStretches, markGroups, type ClusterGroups } from "../change/cluster-counts";
import type { ImageTables } from "../change/image";
import { eachTableEntry, readHostTables, type TableEntry } from "./table-entries";

/** What a cluster of the file is; of several uses the one with the highest number counts. */
export const hostKind = {
  unused: 0,
  /** Only snapshots use it. */
  snapshots: 1,
  /** The disk's, and reads as zeros whatever it holds. */
  zero: 2,
  compressed: 3,
  data: 4,
  metadata: 5,
  /** Counted as used, and nobody uses it. */
  leaked: 6,
} as const;

/** What each cluster of an image's file is. */
export interface HostClusters {
  readonly clusterSize: number;
  /** By cluster, one of `hostKind`. */
  readonly kinds: Uint8Array;
  /** By cluster of guest data, how many snapshots hold it; 255 stands for more, too. */
  readonly snapshots: Uint8Array;
  /** By cluster of guest data, 1 when the disk as it is now holds it. */
  readonly active: Uint8Array;
  /** Clusters of the groups that are not marked are unused. */
  readonly groups: ClusterGroups;
}

/**
 * What each cluster of the file is: reads every L2 table once, however many snapshots share it, and
 * takes 3 bytes a cluster, but for holes of the file. Damage is passed over: where snapshots or bitmaps are
 * lost, what nobody seems to use is taken for theirs.
 * @param tick Called once a table. @throws to end it.
 * @throws ImageError as `checkQcow2`.
 */
export function readHostClusters(source: ByteSource, tick: () => void): HostClusters {
  const found = readHostTables(source);
  const { clusters: length, groups } = found;
  const kinds = new Uint8Array(length);
  const active = new Uint8Array(length);
  const snapshots = new Uint8Array(length);
  const add = (cluster: number, count: number): void => {
    snapshots[cluster] = Math.min(255, snapshots[cluster]! + count);
  };

  // Compressed clusters lie many in one of the file, and each snapshot that holds one of them counts
  // once: summed up over the tables of one L1 entry, of which each snapshot has one.
  const packed = new Map<number, { count: number; tableAt: number }>();
  let l1Index = 0;
  function settlePacked(): void {
    for (const [cluster, { count }] of packed)
      snapshots[cluster] = Math.max(snapshots[cluster]!, Math.min(255, count));
    packed.clear();
  }
  function addPacked(cluster: number, tableAt: number, count: number): void {
    const known = packed.get(cluster);
    if (known === undefined) packed.set(cluster, { count, tableAt });
    else if (known.tableAt !== tableAt) {
      known.count += count;
      known.tableAt = tableAt;
    }
  }

  eachTableEntry(found, tick, ({ uses, tableAt, first, last, kind }) => {
    if (uses.l1Index !== l1Index) settlePacked();
    l1Index = uses.l1Index;
    const used = uses.active > 0 ? hostKind[kind] : hostKind.snapshots;
    const inSnapshots = uses.total - uses.active;
    markGroups(groups, first, Math.min(last + 1, length));
    for (let cluster = first; cluster <= last && cluster < length; cluster++) {
      if (used > kinds[cluster]!) kinds[cluster] = used;
      if (uses.active > 0) active[cluster] = 1;
      if (inSnapshots === 0) continue;
      if (kind === "compressed") addPacked(cluster, tableAt, inSnapshots);
      else add(cluster, inSnapshots);
    }
  });
  settlePacked();
  const { header, lostSnapshots, bitmaps } = found.image;
  // Nobody who can be read uses it; what cannot be read may.
  const unclaimed = lostSnapshots
    ? hostKind.snapshots
    : bitmaps.lost
      ? hostKind.metadata
      : hostKind.leaked;
  for (const [from, end] of markedStretches(groups, length))
    for (let cluster = from; cluster < end; cluster++) {
      if (found.isMetadata(cluster)) kinds[cluster] = hostKind.metadata;
      else if (kinds[cluster] === hostKind.unused && found.refcount(cluster) > 0)
        kinds[cluster] = unclaimed;
    }
  return { clusterSize: header.clusterSize, kinds, active, snapshots, groups };
}

/** Who uses one cluster of the file. */
export interface ClusterUses {
  /** Guest byte offset of what it holds, or of the first of it; absent where no guest has it. */
  readonly guestAt?: number;
  /** Snapshots by their place in the table, ascending. */
  readonly snapshots: readonly number[];
}

/**
 * Finds who uses a cluster of the file: reads every L2 table.
 * @throws ImageError and whatever `tick` throws, as `readHostClusters`.
 */
export function usesOfCluster(source: ByteSource, cluster: number, tick: () => void): ClusterUses {
  const { image, tables } = readHostTables(source);
  const { header, l2Entries } = image;
  let guestAt: number | undefined;
  const snapshots = new Set<number>();
  let table = -1;
  eachTableEntry({ image, tables }, tick, (entry) => {
    const { first, last, uses, tableAt, index } = entry;
    if (cluster < first || cluster > last) return;
    guestAt ??= (uses.l1Index * l2Entries + index) * header.clusterSize;
    if (tableAt === table) return;
    table = tableAt;
    for (const at of snapshotsWith(image, entry)) snapshots.add(at);
  });
  const seen = guestAt !== undefined && guestAt < header.size;
  return {
    ...(seen && { guestAt }),
    snapshots: [...snapshots].sort((a, b) => a - b),
  };
}

/** The snapshots whose L1 table leads to the entry's L2 table where the first one does. */
function snapshotsWith({ file, snapshots }: ImageTables, { tableAt, uses }: TableEntry): number[] {
  const { l1Index } = uses;
  const view = new DataView(new ArrayBuffer(8));
  return [...snapshots.keys()].filter((i) => {
    const { l1TableOffset = 0, l1Size = 0 } = snapshots[i] ?? {};
    const at = l1TableOffset + l1Index * 8;
    if (l1Index >= l1Size || at + 8 > file.size) return false;
    file.read(at, new Uint8Array(view.buffer));
    const high = view.getUint32(0) & 0x00ffffff;
    return high * 2 ** 32 + ((view.getUint32(4) & 0xfffffe00) >>> 0) === tableAt;
  });
}

import type { MapClass } from "../../../../shared/model/map";
import { isStored, place, type DiskStates } from "../../formats/qcow2/disk-states";
import type { Visit } from "./guest-stretches";

/** How many snapshots share a place, each number with a class of its own up to the last. */
const mostShared = 4;

/** By which snapshots hold it; the order is that of `sharingOf`. */
export const sharingClasses: readonly MapClass[] = [
  "unallocated",
  "snapshots",
  "exclusive",
  ...Array.from({ length: mostShared }, (_, i) => `shared-${i + 1}` as const),
];

/** The class of what the disk holds (`active`) or not, and `snapshots` of its snapshots hold, too. */
export function sharingOf(active: boolean, snapshots: number): number {
  if (!active) return snapshots > 0 ? 1 : 0;
  return 2 + Math.min(snapshots, mostShared);
}

/** The L2 tables at one L1 entry, each once: the disk's own first. */
interface Tables {
  readonly offsets: readonly number[];
  /** By table, how many snapshots have it. */
  readonly snapshots: readonly number[];
}

function tablesAt({ states }: DiskStates, l1Index: number): Tables {
  const now = states.length - 1;
  const offsets = [states[now]?.l2TableOffset(l1Index) ?? 0];
  const snapshots = [0];
  for (let i = 0; i < now; i++) {
    const offset = states[i]?.l2TableOffset(l1Index) ?? 0;
    const known = offsets.indexOf(offset);
    if (known >= 0) snapshots[known]! += 1;
    else {
      offsets.push(offset);
      snapshots.push(1);
    }
  }
  return { offsets, snapshots };
}

/**
 * Tells of each stretch of [from, to) of the disk which snapshots share what it holds, as the tables
 * map it: no data is read.
 * @param tick Called once an L1 entry. @throws to end the walk.
 * @throws ImageError as `DiskStates.places`.
 */
export function walkSharing(
  disk: DiskStates,
  from: number,
  to: number,
  tick: () => void,
  visit: Visit,
): void {
  const { clusterSize, l2Entries, partEntries } = disk;
  const partSize = partEntries * clusterSize;
  const perTable = l2Entries * clusterSize;
  for (let at = from; at < to;) {
    const l1Index = Math.floor(at / perTable);
    const tableEnd = Math.min(to, (l1Index + 1) * perTable);
    tick();
    const tables = tablesAt(disk, l1Index);
    if (tables.offsets.every((offset) => offset === 0)) {
      visit(at, tableEnd - at, 0);
      at = tableEnd;
      continue;
    }
    const parts = tables.offsets.map(() => new Float64Array(partEntries));
    while (at < tableEnd) {
      const part = Math.floor((at % perTable) / partSize);
      const start = l1Index * perTable + part * partSize;
      const end = Math.min(tableEnd, start + partSize);
      parts.forEach((into, i) => {
        const offset = tables.offsets[i] ?? 0;
        if (offset === 0) into.fill(place.unallocated);
        else disk.places(offset, l1Index, part, into);
      });
      walkPart(parts, tables.snapshots, { start, at, end, clusterSize }, visit);
      at = end;
    }
  }
}

/** One part of the tables, entry by entry. */
function walkPart(
  parts: readonly Float64Array[],
  snapshots: readonly number[],
  range: {
    readonly start: number;
    readonly at: number;
    readonly end: number;
    readonly clusterSize: number;
  },
  visit: Visit,
): void {
  const { start, end, clusterSize } = range;
  let held = range.at;
  let kind = -1;
  for (let at = held; at < end;) {
    const entry = Math.floor((at - start) / clusterSize);
    const now = sharingAt(parts, snapshots, entry);
    if (now !== kind && at > held) {
      visit(held, at - held, kind);
      held = at;
    }
    kind = now;
    at = start + (entry + 1) * clusterSize;
  }
  if (end > held) visit(held, end - held, kind);
}

function sharingAt(
  parts: readonly Float64Array[],
  snapshots: readonly number[],
  entry: number,
): number {
  const own = parts[0]![entry]!;
  const active = isStored(own);
  let count = active ? snapshots[0]! : 0;
  for (let i = 1; i < parts.length; i++) {
    const other = parts[i]![entry]!;
    if (active ? other === own : isStored(other)) count += snapshots[i]!;
  }
  return sharingOf(active, count);
}

/** Which of a disk's snapshots hold what it holds at a guest byte, or what it has there no more. */
export function snapshotsAt(disk: DiskStates, guestAt: number): number[] {
  const { clusterSize, l2Entries, partEntries, states } = disk;
  const cluster = Math.floor(guestAt / clusterSize);
  const l1Index = Math.floor(cluster / l2Entries);
  const inTable = cluster % l2Entries;
  const into = new Float64Array(partEntries);
  const places = states.map((state) => {
    const offset = state.l2TableOffset(l1Index);
    if (offset === 0) return place.unallocated;
    disk.places(offset, l1Index, Math.floor(inTable / partEntries), into);
    return into[inTable % partEntries]!;
  });
  const own = places.at(-1) ?? place.unallocated;
  return [...places.keys()].filter(
    (i) => i < places.length - 1 && (isStored(own) ? places[i] === own : isStored(places[i]!)),
  );
}

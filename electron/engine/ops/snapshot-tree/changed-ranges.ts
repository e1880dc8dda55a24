import type { ChangedRanges } from "../../../../shared/model/snapshot-tree";
import { ImageError } from "../../errors";
import {
  place,
  readDiskStates,
  type DiskState,
  type DiskStates,
} from "../../formats/qcow2/disk-states";
import { openFile } from "../../io/file";
import type { Control } from "../control";

/** Ranges that are listed; a window is not wide enough to show more. */
const mostRanges = 4096;

/**
 * The stretches of the disk that were written between two of its states, as the tables tell: what
 * both map to one cluster of the file is the same. No data is read, so that a cluster written anew with
 * what was there counts as changed.
 * @param a A snapshot by its place in the table, or null for the disk as it is now; `b` likewise.
 * @throws ImageError `invalid-argument` when there is no such snapshot, and whatever reading the
 *   tables comes to; `cancelled`.
 */
export function changedRanges(
  { path }: { readonly path: string },
  a: number | null,
  b: number | null,
  control?: Control,
): ChangedRanges {
  const file = openFile(path);
  try {
    const disk = readDiskStates(file);
    return compare(disk, stateAt(disk, a, path), stateAt(disk, b, path), control);
  } finally {
    file.close();
  }
}

function compare(disk: DiskStates, a: DiskState, b: DiskState, control?: Control): ChangedRanges {
  const { clusterSize, l2Entries, partEntries } = disk;
  const size = Math.max(a.size, b.size);
  const ranges: { at: number; length: number }[] = [];
  let changed = 0;
  function add(at: number, end: number): void {
    const length = Math.min(end, size) - at;
    if (length <= 0) return;
    changed += length;
    const last = ranges.at(-1);
    if (last !== undefined && last.at + last.length === at) last.length += length;
    else ranges.push({ at, length });
  }

  const inA = new Float64Array(partEntries);
  const inB = new Float64Array(partEntries);
  for (let l1Index = 0; l1Index < disk.l1Entries; l1Index++) {
    control?.throwIfCancelled();
    const [tableA, tableB] = [a.l2TableOffset(l1Index), b.l2TableOffset(l1Index)];
    if (tableA === tableB) continue;
    for (let part = 0; part * partEntries < l2Entries; part++) {
      read(disk, tableA, l1Index, part, inA);
      read(disk, tableB, l1Index, part, inB);
      const first = l1Index * l2Entries + part * partEntries;
      for (let i = 0; i < partEntries; i++) {
        if (inA[i] === inB[i] || (!disk.backed && bothZero(inA[i]!, inB[i]!))) continue;
        add((first + i) * clusterSize, (first + i + 1) * clusterSize);
      }
    }
  }
  return { size, changed, ...longest(ranges) };
}

const bothZero = (a: number, b: number): boolean =>
  a <= place.zero && a >= 0 && b <= place.zero && b >= 0;

function read(disk: DiskStates, table: number, l1Index: number, part: number, into: Float64Array) {
  if (table === 0) into.fill(place.unallocated);
  else disk.places(table, l1Index, part, into);
}

/** The longest ranges, as many as a list may have, in their order on the disk. */
function longest(ranges: readonly { at: number; length: number }[]) {
  if (ranges.length <= mostRanges) return { ranges: [...ranges], moreRanges: 0 };
  const kept = [...ranges].sort((a, b) => b.length - a.length).slice(0, mostRanges);
  kept.sort((a, b) => a.at - b.at);
  return { ranges: kept, moreRanges: ranges.length - kept.length };
}

function stateAt({ states }: DiskStates, index: number | null, file: string): DiskState {
  const state = index === null ? states.at(-1) : states.slice(0, -1)[index];
  if (state !== undefined) return state;
  throw new ImageError("invalid-argument", `${file} has no snapshot ${index}`, {
    file,
    expected: `below ${states.length - 1}`,
    found: String(index),
  });
}

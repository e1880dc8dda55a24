import { isStored, place, type DiskStates } from "../../formats/qcow2/disk-states";
import type { Control } from "../control";

/** How each two of the disk's states compare, in clusters; states are numbered as in `DiskStates`. */
export interface Shares {
  /** Stored once for both; and mapped to different places. */
  shared(a: number, b: number): number;
  differing(a: number, b: number): number;
  /** Of those that differ, the ones of which `a` knows nothing: guests that discard leave zeros there. */
  missing(a: number, b: number): number;
  /**
   * The first state that holds a cluster of `a` which `b` has not: had `a` come from `b`, all that
   * differs would have been written after `b`. Infinity when there is none.
   */
  firstHolder(a: number, b: number): number;
  /** Clusters that `a` alone holds. */
  alone(a: number): number;
}

/** Comparisons of two entries that are done at most; beyond, only every n-th entry is looked at. */
const mostWork = 4e9;

/** The L2 tables that states have at one L1 entry, each once, in the order of the first state with it. */
interface Tables {
  readonly offsets: readonly number[];
  readonly firstState: readonly number[];
  /** By state, the table it has. */
  readonly of: readonly number[];
}

/**
 * Compares all states with one another by their tables, without reading any data.
 * @throws ImageError as `DiskStates.places`, `cancelled`.
 */
export function sharesOf(disk: DiskStates, control?: Control): Shares {
  const count = disk.states.length;
  const shared = new Float64Array(count * count);
  const differing = new Float64Array(count * count);
  const missing = new Float64Array(count * count);
  const firstHolder = new Float64Array(count * count).fill(Infinity);
  const alone = new Float64Array(count);
  const step = Math.max(1, Math.ceil(workOf(disk) / mostWork));

  for (let l1Index = 0; l1Index < disk.l1Entries; l1Index++) {
    control?.throwIfCancelled();
    const tables = tablesAt(disk, l1Index);
    if (tables.offsets.length === 1 && tables.offsets[0] === 0) continue;
    const found = compareTables(disk, tables, l1Index, step);
    const width = tables.offsets.length;
    for (let a = 0; a < count; a++) {
      const own = tables.of[a] ?? 0;
      if (tables.of.indexOf(own) === tables.of.lastIndexOf(own))
        alone[a]! += found.alone[own]! * step;
      for (let b = 0; b < count; b++) {
        const from = own * width + (tables.of[b] ?? 0);
        const to = a * count + b;
        shared[to]! += found.shared[from]! * step;
        differing[to]! += found.differing[from]! * step;
        missing[to]! += found.missing[from]! * step;
        firstHolder[to] = Math.min(firstHolder[to]!, found.firstHolder[from]!);
      }
    }
  }
  const entry = (matrix: Float64Array) => (a: number, b: number) => matrix[a * count + b] ?? 0;
  return {
    shared: entry(shared),
    differing: entry(differing),
    missing: entry(missing),
    firstHolder: entry(firstHolder),
    alone: (a) => alone[a] ?? 0,
  };
}

function tablesAt({ states }: DiskStates, l1Index: number): Tables {
  const numbers = new Map<number, number>();
  const firstState: number[] = [];
  const of = states.map((state, index) => {
    const offset = state.l2TableOffset(l1Index);
    let number = numbers.get(offset);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(offset, number);
      firstState.push(index);
    }
    return number;
  });
  return { offsets: [...numbers.keys()], firstState, of };
}

function workOf(disk: DiskStates): number {
  let work = 0;
  for (let i = 0; i < disk.l1Entries; i++)
    work += tablesAt(disk, i).offsets.length ** 2 * disk.l2Entries;
  return work;
}

/** Compares the tables at one L1 entry with one another: matrices of table by table. */
function compareTables(disk: DiskStates, tables: Tables, l1Index: number, step: number) {
  const { offsets, firstState } = tables;
  const width = offsets.length;
  const shared = new Float64Array(width * width);
  const differing = new Float64Array(width * width);
  const missing = new Float64Array(width * width);
  const firstHolder = new Float64Array(width * width).fill(Infinity);
  const alone = new Float64Array(width);
  const parts = offsets.map(() => new Float64Array(disk.partEntries));
  const here = new Float64Array(width);
  const first = new Float64Array(width);
  let sharedByAll = 0;

  /** Compares what the tables say of one guest cluster. */
  function compareEntry(): void {
    for (let a = 0; a < width; a++) first[a] = firstState[here.indexOf(here[a]!)] ?? 0;
    for (let a = 0; a < width; a++) {
      const at = here[a]!;
      if (isStored(at) && here.indexOf(at) === here.lastIndexOf(at)) alone[a]! += 1;
      for (let b = 0; b < width; b++) {
        if (a === b) {
          if (isStored(at)) shared[a * width + b]! += 1;
          continue;
        }
        const other = here[b]!;
        const to = a * width + b;
        if (at === other) {
          if (isStored(at)) shared[to]! += 1;
          continue;
        }
        differing[to]! += 1;
        if (isStored(at)) firstHolder[to] = Math.min(firstHolder[to]!, first[a]!);
        if (at === place.unallocated) missing[to]! += 1;
      }
    }
  }

  for (let part = 0; part * disk.partEntries < disk.l2Entries; part++) {
    parts.forEach((into, number) => {
      const offset = offsets[number] ?? 0;
      if (offset === 0) into.fill(place.unallocated);
      else disk.places(offset, l1Index, part, into);
    });
    for (let entry = 0; entry < disk.partEntries; entry += step) {
      let alike = true;
      for (let number = 0; number < width; number++) {
        here[number] = parts[number]![entry]!;
        alike &&= here[number] === here[0];
      }
      if (!alike || width === 1) compareEntry();
      else if (isStored(here[0]!)) sharedByAll += 1;
    }
  }
  for (let i = 0; i < shared.length; i++) shared[i]! += sharedByAll;
  return { shared, differing, missing, firstHolder, alone };
}

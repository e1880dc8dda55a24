import { ImageError } from "../../errors";
import { runKind, type RunColumns } from "../../image/run-columns";
import type { ByteSource } from "../../io/source";
import type { GuestData } from "./guest-data";
import { hasExtendedL2, l2EntriesOf, type Header } from "./header";
import type { L1Table } from "./l1-table";
import { entryMasks } from "./l2-entry";
import type { L2Tables } from "./l2-table";

const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** How far the reading has come. The last of the columns is the run that may go on with the next entry. */
interface Progress {
  /** What an entry has to be to go on with it: its words, under the masks. */
  high: number;
  low: number;
  /** Whether what follows has to be told by `map`, or cannot be told, or has no room. */
  stopped: boolean;
}

/**
 * The `mapColumns` of a qcow2 layer (specification, "L2 table entry"); undefined where clusters are
 * encrypted, lie in a data file, or have subclusters. Small loops over plain numbers, which V8 makes fast
 * within a few thousand entries.
 */
export function createMapColumns(
  source: ByteSource,
  header: Header,
  l1: L1Table,
  l2: L2Tables,
  data: GuestData,
): ((columns: RunColumns, guestAt: number, end: number) => number) | undefined {
  if (data.encrypted || data.external || hasExtendedL2(header)) return undefined;
  const { clusterSize, version } = header;
  const guestPerTable = l2EntriesOf(clusterSize, false) * clusterSize;
  const entriesPerSlice = l2.sliceSize / 8;
  const guestPerSlice = entriesPerSlice * clusterSize;
  const unaligned = (clusterSize - 1) & ~0x1ff;
  const { high: highMask, low: lowMask } = entryMasks(false);
  let fileSize = 0;
  // Swapped all at once: reading big-endian words one by one takes V8 longer, until it has optimised it.
  const slice = Buffer.alloc(l2.sliceSize);
  const words = new Int32Array(slice.buffer, slice.byteOffset, l2.sliceSize / 4);

  /** Begins a run behind the last one; false when that lies past the file's end, and when there is no room. */
  function begin(columns: RunColumns, kind: number, at: number): boolean {
    const last = columns.count - 1;
    const start = columns.start[last]! + columns.length[last]!;
    if (columns.length[last]! > 0) {
      if (passesEnd(columns, last) || columns.count === columns.start.length) return false;
      columns.count += 1;
    }
    const next = columns.count - 1;
    columns.start[next] = start;
    columns.length[next] = 0;
    columns.kind[next] = kind;
    columns.at[next] = at;
    return true;
  }

  const passesEnd = ({ kind, at, length }: RunColumns, run: number): boolean =>
    kind[run] === runKind.data && at[run]! + length[run]! > fileSize;

  /**
   * Index of the first entry of [first, last) that does not go on with a run: the words must be `high` and
   * `low` in the first, and `step` bytes further in each that follows.
   */
  function endOfRun(first: number, last: number, high: number, low: number, step: number): number {
    let nextHigh = high;
    let nextLow = low;
    let index = first;
    for (; index < last; index += 1) {
      const otherKind = (words[2 * index]! & highMask) ^ nextHigh;
      const otherPlace = (words[2 * index + 1]! & lowMask) ^ nextLow;
      if ((otherKind | otherPlace) !== 0) break;
      const before = nextLow;
      nextLow = (nextLow + step) | 0;
      // The carry: a low word that was past 2^31 is not any more.
      nextHigh = (nextHigh + ((before & ~nextLow) >>> 31)) | 0;
    }
    return index;
  }

  /** Goes through entries [first, last) of a slice. */
  function readEntries(first: number, last: number, columns: RunColumns, progress: Progress): void {
    const { length, at } = columns;
    let step = at[columns.count - 1]! < 0 ? 0 : clusterSize;
    let index = endOfRun(first, last, progress.high, progress.low, step);
    length[columns.count - 1]! += (index - first) * clusterSize;
    while (index < last) {
      const high = words[2 * index]! & highMask;
      const low = words[2 * index + 1]! & lowMask;
      const zero = (low & 1) !== 0;
      const offset = high * 2 ** 32 + ((low & ~1) >>> 0);
      const kind = zero ? runKind.zero : offset === 0 ? runKind.unallocated : runKind.data;
      progress.stopped =
        (high & 0x40000000) !== 0 ||
        (low & unaligned) !== 0 ||
        (zero && version === 2) ||
        !begin(columns, kind, offset === 0 ? -1 : offset);
      if (progress.stopped) return;
      step = offset === 0 ? 0 : clusterSize;
      const end = endOfRun(index, last, high, low, step);
      length[columns.count - 1] = (end - index) * clusterSize;
      index = end;
    }
    const high = words[2 * last - 2]! & highMask;
    const low = words[2 * last - 1]! & lowMask;
    progress.low = (low + step) | 0;
    progress.high = (high + ((low & ~progress.low) >>> 31)) | 0;
  }

  /** Goes on over L1 entries that point nowhere, up to guest byte `to`. */
  function passOver(to: number, columns: RunColumns, progress: Progress): void {
    if (columns.kind[columns.count - 1] !== runKind.unallocated) {
      progress.stopped = !begin(columns, runKind.unallocated, -1);
      if (progress.stopped) return;
      progress.high = 0;
      progress.low = 0;
    }
    const last = columns.count - 1;
    columns.length[last] = to - columns.start[last]!;
  }

  /** Makes a slice's words numbers; false where it cannot be read: `map` tells why, when it comes to it. */
  function readSlice(table: number, l1Index: number, part: number): boolean {
    try {
      const { view } = l2.slice(table, l1Index, part);
      slice.set(new Uint8Array(view.buffer));
    } catch (error) {
      if (error instanceof ImageError) return false;
      throw error;
    }
    if (littleEndian) slice.swap32();
    return true;
  }

  return (columns, guestAt, end) => {
    columns.count = 0;
    if (guestAt % clusterSize !== 0) return guestAt;
    fileSize = source.size;
    const { start, length } = columns;
    columns.count = 1;
    start[0] = guestAt;
    length[0] = 0;
    columns.kind[0] = runKind.unallocated;
    columns.at[0] = -1;
    const progress: Progress = { high: 0, low: 0, stopped: false };
    for (let at = guestAt; at < end && !progress.stopped;) {
      const l1Index = Math.floor(at / guestPerTable);
      const table = l1.l2TableOffset(l1Index);
      if (table === 0) {
        at = l1.nextUsed(l1Index + 1, Math.ceil(end / guestPerTable)) * guestPerTable;
        passOver(at, columns, progress);
        continue;
      }
      const part = Math.floor((at % guestPerTable) / guestPerSlice);
      const sliceAt = l1Index * guestPerTable + part * guestPerSlice;
      if (!readSlice(table, l1Index, part)) break;
      const last = Math.min(entriesPerSlice, Math.ceil((end - sliceAt) / clusterSize));
      readEntries((at - sliceAt) / clusterSize, last, columns, progress);
      at = sliceAt + guestPerSlice;
    }
    const last = columns.count - 1;
    // The last cluster may reach past the end.
    length[last] = Math.min(length[last]!, end - start[last]!);
    if (length[last] > 0 && !passesEnd(columns, last)) return start[last]! + length[last];
    columns.count = last;
    return start[last]!;
  };
}

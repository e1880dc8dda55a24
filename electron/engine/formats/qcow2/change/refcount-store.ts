import { ImageError } from "../../../errors";
import type { ByteSource } from "../../../io/source";
import type { Header } from "../header";
import { checkRefcountTable, requireTable } from "../tables";
import { markedStretches, type ClusterCounts } from "./cluster-counts";
import { decodeCounts, mostOf, newCounts, type Counts } from "./refcount-block";

/** Clusters of a file that Lamina changes in place, as qemu does: their numbers fit in 31 bits. */
const mostClusters = 2 ** 31 - 1;

/**
 * An image's refcounts, changed in memory only: blocks are read when they are asked for. Clusters are
 * numbered from the file's beginning.
 */
export interface RefcountStore {
  /** 1 to 64. */
  readonly bits: number;
  /** Clusters that one block counts: a power of two. */
  readonly perBlock: number;
  /** Byte offsets of the refcount blocks as the file has them; 0 for none. */
  readonly table: Float64Array;
  /** Indices of blocks with another content than in the file. */
  readonly changed: Set<number>;
  /** The refcounts of block `index`; all 0 where there is none. Not to be changed by the caller. */
  block(index: number): Counts;
  get(cluster: number): number;
  /** Sets into[n] to 1 where the nth of `count` clusters from `first` on has a refcount of 1, else to 0. */
  singles(first: number, count: number, into: Uint8Array): void;
  /** The first cluster from `from` on with a refcount of 0. */
  nextUnused(from: number): number;
  /**
   * Adds `delta` to the refcounts of `count` clusters from `first` on.
   * @throws ImageError `limit` when it does not fit in the image's refcounts, `invalid-table` below 0.
   */
  add(first: number, count: number, delta: number): void;
}

/** Opens the refcounts. @throws ImageError `invalid-table`, `invalid-header`, `limit`, `truncated`. */
export function openRefcounts(source: ByteSource, header: Header): RefcountStore {
  const { clusterSize } = header;
  const table = readRefcountTable(source, header);
  return createStore(source, header, table, (index, into) => {
    const offset = table[index] ?? 0;
    if (offset === 0) return;
    const saidAt = header.refcountTableOffset + index * 8;
    requireTable(source, header, { name: "refcount block", offset, length: clusterSize, saidAt });
    const bytes = new Uint8Array(clusterSize);
    source.read(offset, bytes);
    decodeCounts(bytes, 2 ** header.refcountOrder, into, 0);
  });
}

/** Refcounts that are not in the file: `counts`, by cluster, as if none had been there before. */
export function rebuildRefcounts(
  source: ByteSource,
  header: Header,
  { counts, groups }: ClusterCounts,
): RefcountStore {
  const none = new Float64Array(0);
  const store = createStore(source, header, none, (index, into) => {
    const first = index * into.length;
    into.set(counts.subarray(first, first + into.length));
  });
  for (const [from, end] of markedStretches(groups, counts.length))
    for (let index = Math.floor(from / store.perBlock); index * store.perBlock < end; index++)
      if (!store.changed.has(index) && store.block(index).some((count) => count > 0))
        store.changed.add(index);
  return store;
}

function createStore(
  source: ByteSource,
  header: Header,
  table: Float64Array,
  load: (index: number, into: Counts) => void,
): RefcountStore {
  const { clusterSize } = header;
  const bits = 2 ** header.refcountOrder;
  const perBlock = (clusterSize * 8) / bits;
  const shift = Math.log2(perBlock);
  /** The bits of a cluster's number that tell its place in the block. */
  const inBlock = perBlock - 1;
  const most = mostOf(bits);
  const blocks = new Map<number, Counts>();
  const changed = new Set<number>();
  let lastIndex = -1;
  let last: Counts = newCounts(0, bits);

  function block(index: number): Counts {
    if (index === lastIndex) return last;
    let counts = blocks.get(index);
    if (counts === undefined) {
      counts = newCounts(perBlock, bits);
      load(index, counts);
      blocks.set(index, counts);
    }
    lastIndex = index;
    last = counts;
    return counts;
  }

  /** The counts of the block that a cluster is in; undefined where there is none. */
  function blockOf(cluster: number): Counts | undefined {
    if (cluster > mostClusters) return undefined;
    const index = cluster >>> shift;
    // A damaged entry may name any cluster: blocks that are not there take no memory.
    if ((table[index] ?? 0) === 0 && !blocks.has(index)) return undefined;
    return block(index);
  }

  return {
    bits,
    perBlock,
    table,
    changed,
    block,
    get: (cluster) => blockOf(cluster)?.[cluster & inBlock] ?? 0,
    singles(first, count, into) {
      for (let done = 0; done < count;) {
        const from = (first + done) & inBlock;
        const part = Math.min(count - done, perBlock - from);
        const counts = blockOf(first + done);
        if (counts === undefined) into.fill(0, done, done + part);
        else markOnes(counts, from, part, into, done);
        done += part;
      }
    },
    nextUnused(from) {
      for (let cluster = from; ;) {
        const inFirst = cluster & inBlock;
        const found = blockOf(cluster)?.indexOf(0, inFirst) ?? inFirst;
        if (found >= 0) return cluster - inFirst + found;
        cluster += perBlock - inFirst;
      }
    },
    add(first, count, delta) {
      if (first + count - 1 > mostClusters) throw tooManyClusters(source);
      for (let done = 0; done < count;) {
        const index = (first + done) >>> shift;
        const from = (first + done) & inBlock;
        const to = Math.min(perBlock, from + count - done);
        const counts = block(index);
        changed.add(index);
        const wrong = addToAll(counts, from, to, delta, most);
        const at = (index * perBlock + wrong) * clusterSize;
        if (wrong >= 0) throw delta > 0 ? tooNarrow(source, bits, at) : tooLow(source, at);
        done += to - from;
      }
    },
  };
}

// Millions of clusters in a row: loops of their own, which V8 has compiled after a thousand.

/** Adds `delta` to counts[from] up to counts[to - 1]; stops at the first that would not fit, whose index is the answer. */
function addToAll(counts: Counts, from: number, to: number, delta: number, most: number): number {
  for (let i = from; i < to; i++) {
    const sum = counts[i]! + delta;
    if (sum < 0 || sum > most) return i;
    counts[i] = sum;
  }
  return -1;
}

/** Sets into[at] and on to 1 where counts[from] and on are 1, else to 0. */
function markOnes(
  counts: Counts,
  from: number,
  length: number,
  into: Uint8Array,
  at: number,
): void {
  for (let i = 0; i < length; i++) into[at + i] = counts[from + i] === 1 ? 1 : 0;
}

/**
 * The refcount table's entries as byte offsets of blocks, reserved bits left off; 0 is none.
 * @throws ImageError as `openRefcounts`.
 */
function readRefcountTable(source: ByteSource, header: Header): Float64Array {
  checkRefcountTable(source, header);
  const { refcountTableOffset: offset, refcountTableClusters, clusterSize } = header;
  const bytes = new Uint8Array(refcountTableClusters * clusterSize);
  source.read(offset, bytes.subarray(0, Math.min(bytes.length, source.size - offset)));
  const view = new DataView(bytes.buffer);
  return Float64Array.from(
    { length: bytes.length / 8 },
    (_, i) => view.getUint32(i * 8) * 2 ** 32 + ((view.getUint32(i * 8 + 4) & ~0x1ff) >>> 0),
  );
}

/** The mend of an image whose refcounts are wrong. */
export const repairHint = "Check the image, and repair it, before you change it.";

function tooLow(source: ByteSource, at: number): ImageError {
  return new ImageError(
    "invalid-table",
    `${source.name}: the cluster at byte ${at} is used more often than its refcount says`,
    { file: source.name, at, hint: repairHint },
  );
}

function tooNarrow(source: ByteSource, bits: number, at: number): ImageError {
  return new ImageError(
    "limit",
    `${source.name}: refcounts of ${bits} bit${bits === 1 ? "" : "s"} cannot count another use of the cluster at byte ${at}`,
    {
      file: source.name,
      at,
      expected: `at most ${mostOf(bits)}`,
      hint: "Widen the refcounts (amend refcount_bits) first.",
    },
  );
}

function tooManyClusters(source: ByteSource): ImageError {
  return new ImageError("limit", `${source.name} has too many clusters to be changed in place`, {
    file: source.name,
    expected: `at most ${mostClusters}`,
    hint: "Convert it to an image with larger clusters.",
  });
}

import { ImageError } from "../../../errors";
import type { ByteTarget } from "../../../io/source";
import { limits, type Header } from "../header";
import { createAllocator } from "./allocator";
import { clusterUses, type ClusterUses } from "./cluster-uses";
import { putHeaderFields, sectorSize, type HeaderFields } from "./header-fields";
import { encodeCounts } from "./refcount-block";
import { requireCounted } from "./require-counted";
import { openRefcounts, type RefcountStore } from "./refcount-store";

/** Bytes that wait in memory before a change begins to write them. */
const mostPending = 64 * 1024 * 1024;

/**
 * One change of an image that takes effect at once: all that is new is written to clusters that
 * nobody uses, flushed, and then one write of the first sector makes the header point to it.
 * Until that write the image is the old one, byte for byte; what was freed is touched only after it.
 */
export interface Transaction extends ClusterUses {
  /** Byte offset of `count` new clusters side by side, each with refcount 1. */
  allocate(count: number): number;
  /** Writes into clusters that this change has allocated. `bytes` is the transaction's from now on. */
  write(at: number, bytes: Uint8Array): void;
}

/** What the header says from the switch on. */
export interface Switch {
  readonly fields: HeaderFields;
  /** The first 512 bytes of the file that the fields are set in; as they are when absent. */
  readonly sector?: Uint8Array;
}

/** What a change may be told besides. */
export interface ChangeOptions {
  /** Refcounts in the place of those that the file has, which are given up, table and blocks. */
  readonly rebuilt?: RefcountStore;
  /** The first cluster that may be written to. */
  readonly from?: number;
  /** Only foretell what the change does to the number of clusters in use. */
  readonly dry?: boolean;
}

/**
 * Makes one change of the image with `header` in `file`: `build` prepares it, then it is written,
 * flushed, switched to, flushed again, and what was freed is given back to the host. When anything
 * throws before the switch, the image is as it was. The answer is how many clusters more than before
 * are in use, below 0 for fewer.
 * @throws ImageError as `openRefcounts` and `build` do, `io`.
 */
export function changeImage(
  file: ByteTarget,
  header: Header,
  build: (change: Transaction) => Switch,
  options: ChangeOptions = {},
): number {
  const { clusterSize } = header;
  const refcounts = options.rebuilt ?? openRefcounts(file, header);
  if (options.rebuilt === undefined) requireCounted(file, header, refcounts);
  const clusters = createAllocator(refcounts, options.from ?? 1);
  const sizeBefore = file.size;
  let pending: { at: number; bytes: Uint8Array }[] = [];
  let pendingBytes = 0;

  const { refcount, singles, add, addRange } = clusterUses(refcounts, clusters, clusterSize);
  const allocate = (count: number): number => clusters.allocate(count) * clusterSize;

  function drain(): void {
    if (options.dry !== true) for (const { at, bytes } of pending) file.write(at, bytes);
    pending = [];
    pendingBytes = 0;
  }

  function write(at: number, bytes: Uint8Array): void {
    pending.push({ at, bytes });
    pendingBytes += bytes.length;
    if (pendingBytes > mostPending) drain();
  }

  /** Gives every changed refcount block, and the table, a new place; both count themselves. */
  function placeRefcounts(): HeaderFields {
    const { changed, table } = refcounts;
    if (changed.size === 0) return {};
    if (options.rebuilt === undefined)
      addRange(header.refcountTableOffset, header.refcountTableClusters * clusterSize, -1);
    const places = new Map<number, number>();
    let tableClusters = 0;
    let tableAt = 0;
    let entries = table.length;
    for (;;) {
      // A set's loop comes to what is added meanwhile: to the blocks that count the new blocks.
      for (const index of changed) {
        if (places.has(index)) continue;
        places.set(index, allocate(1));
        entries = Math.max(entries, index + 1);
        const old = table[index] ?? 0;
        if (old !== 0) add(old, -1);
      }
      const needed = Math.ceil((entries * 8) / clusterSize);
      if (needed <= tableClusters && places.size === changed.size) break;
      if (needed <= tableClusters) continue;
      if (needed * clusterSize > limits.refcountTable) throw tableFull(file);
      if (tableClusters > 0) addRange(tableAt, tableClusters * clusterSize, -1);
      tableClusters = needed;
      tableAt = allocate(needed);
    }
    const bytes = new DataView(new ArrayBuffer(tableClusters * clusterSize));
    table.forEach((at, index) => putOffset(bytes, index, at));
    for (const [index, at] of places) {
      putOffset(bytes, index, at);
      write(at, encodeCounts(refcounts.block(index), refcounts.bits, clusterSize));
    }
    write(tableAt, new Uint8Array(bytes.buffer));
    return { refcountTableOffset: tableAt, refcountTableClusters: tableClusters };
  }

  function punchFreed(): void {
    const { size } = file;
    clusters.eachFreed((cluster, count) => {
      const at = cluster * clusterSize;
      const length = Math.min(count * clusterSize, size - at);
      if (length > 0) file.punchHole?.(at, length);
    });
  }

  const change: Transaction = {
    allocate,
    write,
    refcount,
    singles,
    add,
    addRange,
  };
  const sector = ((): Uint8Array | undefined => {
    try {
      const { fields, sector: given } = build(change);
      const moved = placeRefcounts();
      drain();
      if (options.dry === true) return undefined;
      file.flush();
      const head = given ?? readSector(file);
      putHeaderFields(head, header, { ...moved, ...fields });
      return head;
    } catch (error) {
      cutBack(file, sizeBefore);
      throw error;
    }
  })();
  if (sector === undefined) return clusters.growth;
  file.write(0, sector);
  file.flush();
  punchFreed();
  return clusters.growth;
}

/** Gives a file the length back that it had before a change that came to nothing. */
function cutBack(file: ByteTarget, size: number): void {
  try {
    if (file.size > size) file.truncate(size);
  } catch {
    // Bytes behind the last cluster harm nobody, and the first error says more.
  }
}

/** The file's first sector, which holds the header's fields whole. */
export function readSector(file: ByteTarget): Uint8Array {
  const sector = new Uint8Array(sectorSize);
  file.read(0, sector);
  return sector;
}

function putOffset(entries: DataView, index: number, at: number): void {
  entries.setUint32(index * 8, Math.floor(at / 2 ** 32));
  entries.setUint32(index * 8 + 4, at % 2 ** 32);
}

function tableFull(file: ByteTarget): ImageError {
  return new ImageError("limit", `${file.name} cannot get longer: its refcount table is full`, {
    file: file.name,
    expected: `at most ${limits.refcountTable} bytes`,
    hint: "Convert it to an image with larger clusters.",
  });
}

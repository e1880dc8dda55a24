import type { ByteSource, ByteTarget } from "../../../io/source";
import { openForEdit, readImageTables } from "./image";
import { beginOverlay } from "./overlay";
import { changeImage } from "./transaction";

/** Which clusters of the disk get other contents, and which. */
export interface NewClusters {
  /** Their numbers, ascending. */
  readonly numbers: Iterable<number>;
  /** Fills `into`, a cluster long, with what the cluster shall hold; zeros past the disk's end. */
  read(cluster: number, into: Uint8Array): void;
  /**
   * The image is to stand on a backing file that its header does not name yet: zeros hide what that
   * has. By default they do so where the header names one.
   */
  readonly hides?: boolean | undefined;
  /** Called when all is read and nothing has taken effect. @throws to leave the image as it was. */
  settle(): void;
}

/** Bytes of data and of L2 tables that one change stores at most. */
export const mostPerChange = { data: 2 ** 30, tables: 2 ** 26 };

/**
 * Stores clusters of the disk in one change: as many as `most` allows. Zeros take no place, unless
 * only version 2's data can hide what a backing file has.
 * @returns The first cluster that was not stored; undefined when there is none.
 * @throws ImageError as `openForEdit`, `beginOverlay`, `changeImage`, and what `read` and `settle` throw; the
 *   image is as it was before this change then.
 */
export function storeClusters(
  file: ByteTarget,
  { numbers, read, hides, settle }: NewClusters,
  most: { readonly data: number; readonly tables: number } = mostPerChange,
): number | undefined {
  const image = openForEdit(file);
  const { header, l2Entries } = image;
  const { clusterSize } = header;
  const clusters = numbers[Symbol.iterator]();
  const begin = clusters.next();
  if (begin.done === true) {
    settle();
    return undefined;
  }
  let left: number | undefined;
  changeImage(file, header, (change) => {
    const overlay = beginOverlay(change, image);
    const alone = header.backingFileOffset === 0 && hides !== true;
    let data = 0;
    let tables = 0;
    let table = -1;
    let next: IteratorResult<number> = begin;
    for (; next.done !== true; next = clusters.next()) {
      const cluster = next.value;
      if (data >= most.data || tables >= most.tables) {
        left = cluster;
        break;
      }
      const bytes = new Uint8Array(clusterSize);
      read(cluster, bytes);
      if (!isZero(bytes)) {
        overlay.write(cluster, bytes);
        data += clusterSize;
      } else if (alone) overlay.drop(cluster);
      else if (header.version === 3) overlay.zero(cluster);
      else overlay.write(cluster, bytes);
      const index = Math.floor(cluster / l2Entries);
      if (index !== table) tables += clusterSize;
      table = index;
    }
    settle();
    return { fields: overlay.finish() };
  });
  return left;
}

/**
 * Gives back every cluster of the disk, so that only a backing file answers for it, or zeros.
 * Snapshots keep theirs.
 * @throws ImageError as `openForEdit`, `beginOverlay`, `changeImage`.
 */
export function emptyDisk(file: ByteTarget): void {
  const image = openForEdit(file);
  changeImage(file, image.header, (change) => {
    const overlay = beginOverlay(change, image);
    overlay.dropFrom(0);
    return { fields: overlay.finish() };
  });
}

/** Whether all bytes are zero: the first is, and every other is what the one before it is. */
export const isZero = (bytes: Uint8Array): boolean =>
  bytes[0] === 0 && Buffer.compare(bytes.subarray(1), bytes.subarray(0, -1)) === 0;

/**
 * Bytes that a file gets longer by, at most, when so much is stored in it; all in bytes.
 * @param data Clusters with data, and `zeros` with nothing else, which version 2 stores, too.
 * @param hides As `NewClusters.hides`.
 * @param stretch From the first of them to the last: no more L2 tables than it has are written.
 */
export function mostGrowth(
  file: ByteSource,
  stored: { data: number; zeros: number; stretch: number; hides?: boolean | undefined },
): number {
  const { data, zeros, stretch, hides = false } = stored;
  const { header, l2Entries } = readImageTables(file);
  const { clusterSize, version, backingFileOffset, refcountOrder } = header;
  const placed = data + (version === 2 && (backingFileOffset !== 0 || hides) ? zeros : 0);
  if (data + zeros === 0) return 0;
  const clusters = (data + zeros) / clusterSize;
  const tables = Math.min(clusters, Math.ceil(stretch / (l2Entries * clusterSize)) + 1);
  const l1 = Math.ceil((header.l1Size * 8) / clusterSize);
  const all = file.size / clusterSize + placed / clusterSize + tables + l1;
  const blocks = Math.ceil(all / ((clusterSize * 8) >>> refcountOrder)) + 1;
  const refcounts = blocks + Math.ceil((blocks * 8) / clusterSize) + header.refcountTableClusters;
  return placed + (tables + l1 + refcounts) * clusterSize;
}

import {
  mostGrowth,
  mostPerChange,
  storeClusters,
} from "../../formats/qcow2/change/store-clusters";
import type { DiskImage } from "../../image/disk-image";
import { freeSpace } from "../../io/file";
import type { ImageLayer } from "../../image/layer";
import type { ByteTarget } from "../../io/source";
import { readPadded } from "./differing-clusters";

/** Stores these clusters, as many as one change takes; the answer is the first that is left over. */
export type StoreSome = (
  numbers: Iterable<number>,
  disk: Pick<DiskImage, "size" | "read">,
) => number | undefined;

/**
 * Stores clusters in as many changes as it takes. Each gives back clusters that the next one writes
 * to, so what reads the old contents is opened anew for each.
 * @param turn Called with the first cluster that is not stored yet; it finds the clusters from there
 *   on and hands them to `store`, whose answer it passes on.
 * @throws ImageError as `storeClusters` and `turn`; what was stored until then stays.
 */
export function storeInTurns(
  file: ByteTarget,
  clusterSize: number,
  turn: (from: number, store: StoreSome) => number | undefined,
  most = mostPerChange,
): void {
  const store: StoreSome = (numbers, disk) =>
    storeClusters(
      file,
      { numbers, read: (cluster, into) => readPadded(disk, cluster * clusterSize, into) },
      most,
    );
  for (let next: number | undefined = 0; next !== undefined;) next = turn(next, store);
}

/** What storing these clusters of `disk` in a raw or qcow2 file comes to; sizes in bytes. */
export function weigh(
  { source, format }: ImageLayer,
  disk: Pick<DiskImage, "size" | "read">,
  numbers: Iterable<number>,
  clusterSize: number,
): { copied: number; zeroed: number; space: number; free?: number } {
  const bytes = new Uint8Array(clusterSize);
  let copied = 0;
  let zeroed = 0;
  let first: number | undefined;
  let last = 0;
  for (const cluster of numbers) {
    readPadded(disk, cluster * clusterSize, bytes);
    if (bytes.every((byte) => byte === 0)) zeroed += clusterSize;
    else copied += clusterSize;
    first ??= cluster;
    last = cluster;
  }
  const stretch = (last - (first ?? 0) + 1) * clusterSize;
  const stored = { data: copied, zeros: zeroed, stretch };
  const space = format === "qcow2" ? mostGrowth(source, stored) : copied + zeroed;
  const free = freeSpace(source.name)?.free;
  return { copied, zeroed, space, ...(free !== undefined && { free }) };
}

import { ImageError } from "../../errors";
import {
  isZero,
  mostGrowth,
  mostPerChange,
  storeClusters,
  type NewClusters,
} from "../../formats/qcow2/change/store-clusters";
import type { DiskImage } from "../../image/disk-image";
import { freeSpace } from "../../io/file";
import { columns, markStretch, stretchesOf, type Stretch } from "../chain-strips";
import type { ImageLayer } from "../../image/layer";
import type { ByteTarget } from "../../io/source";
import { requireUnshrunk } from "../convert";
import { readPadded } from "./differing-clusters";

/**
 * Stores these clusters of a disk, as many as one change takes; the answer is the first that is left
 * over. What was read counts only when no file of `chains` has got shorter meanwhile: the host may
 * have given out the missing end as zeros.
 */
export type StoreSome = (
  numbers: Iterable<number>,
  disk: Pick<DiskImage, "size" | "read">,
  ...chains: readonly DiskImage[]
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
  {
    hides,
    most = mostPerChange,
  }: Pick<NewClusters, "hides"> & { most?: typeof mostPerChange } = {},
): void {
  const sizes = new Map<string, number>();

  /** Between two turns the files are closed; one that is shorter now has lost what is still needed. */
  function requireAsBefore({ layers }: DiskImage): void {
    for (const { source } of layers) {
      const { name, size, identity } = source;
      if (identity === file.identity) continue;
      const before = sizes.get(name) ?? size;
      if (size < before) throw shorter(name, before, size);
      sizes.set(name, before);
    }
  }

  const store: StoreSome = (numbers, disk, ...chains) => {
    chains.forEach(requireAsBefore);
    return storeClusters(
      file,
      {
        numbers,
        read: (cluster, into) => void readPadded(disk, cluster * clusterSize, into),
        hides,
        settle: () => chains.forEach(requireUnshrunk),
      },
      most,
    );
  };
  for (let next: number | undefined = 0; next !== undefined;) next = turn(next, store);
}

/** What storing these clusters of `disk` in a raw or qcow2 file comes to; sizes in bytes. */
export function weigh(
  { source, format }: ImageLayer,
  disk: Pick<DiskImage, "size" | "read">,
  numbers: Iterable<number>,
  clusterSize: number,
  hides?: boolean,
): { copied: number; zeroed: number; written: Stretch[]; space: number; free?: number } {
  const marks = new Uint8Array(columns);
  const bytes = new Uint8Array(clusterSize);
  let copied = 0;
  let zeroed = 0;
  let first: number | undefined;
  let last = 0;
  for (const cluster of numbers) {
    readPadded(disk, cluster * clusterSize, bytes);
    if (isZero(bytes)) zeroed += clusterSize;
    else copied += clusterSize;
    markStretch(marks, disk.size, cluster * clusterSize, clusterSize);
    first ??= cluster;
    last = cluster;
  }
  const stretch = (last - (first ?? 0) + 1) * clusterSize;
  const stored = { data: copied, zeros: zeroed, stretch, hides };
  const space = format === "qcow2" ? mostGrowth(source, stored) : copied + zeroed;
  const free = freeSpace(source.name)?.free;
  const written = stretchesOf(disk.size, marks);
  return { copied, zeroed, written, space, ...(free !== undefined && { free }) };
}

function shorter(file: string, before: number, now: number): ImageError {
  return new ImageError("truncated", `${file} has got shorter while it was read`, {
    file,
    expected: `${before} bytes`,
    found: now,
    hint: "Make sure that no other program writes to it.",
  });
}

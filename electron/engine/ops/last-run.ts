import type { DiskImage } from "../image/disk-image";
import type { ImageLayer } from "../image/layer";
import { mapImage } from "./map";

/** Formats of which qemu-img looks at one block at a time. */
const blockByBlock: ReadonlySet<string> = new Set(["vdi", "vmdk", "qcow"]);

/** Bytes of a qcow2 L2 table that qemu has at once. */
const largestLook = 65536;

/**
 * The guest offset from which on qemu-img sees one run to the disk's end: what is stored alike, side by
 * side in the file and within as much of a table as it looks at in one go.
 * @param image Of a size above 0.
 * @throws ImageError as `mapImage`.
 */
export function lastRunOf(image: DiskImage): number {
  const { layers, size } = image;
  const begins = layers.map((layer) => lastLookAt(layer, size));
  let last = begins[0] ?? 0;
  for (const { at, depth } of image.extents(last, size - last))
    last = Math.max(at, ...begins.slice(1, depth + 1));
  // What the host leaves out of a preallocated file is another run.
  for (const { start } of mapImage(image, last)) last = start;
  return last;
}

/** Where the last piece of a disk of `size` bytes begins of which qemu-img sees no more at once. */
function lastLookAt({ format, blockSize, size: own, facts }: ImageLayer, size: number): number {
  if (own < size || blockSize === 1) return 0;
  let piece = blockByBlock.has(format) ? blockSize : size;
  if (format === "qcow2") {
    const extended = facts.details.some(({ id, value }) => id === "extended-l2" && value === true);
    piece = (Math.min(blockSize, largestLook) / (extended ? 16 : 8)) * blockSize;
  }
  return Math.floor((size - 1) / piece) * piece;
}

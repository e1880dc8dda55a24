import { ImageError } from "../../../errors";
import { reserveRange } from "../../../io/preallocation";
import type { ByteTarget } from "../../../io/source";
import { zeroRange } from "../../../io/zero-range";
import type { Preallocation } from "../../format";
import { limits } from "../header";
import { openForEdit, type ChangeableImage } from "./image";
import { beginOverlay } from "./overlay";
import { refuseBitmaps } from "./snapshots";
import { changeImage, type Switch, type Transaction } from "./transaction";

/** What a resize may do, and what it has to know of the chain. */
export interface ResizeOptions {
  /** Give up what lies past a smaller end. */
  readonly shrink: boolean;
  /** How much of what a larger disk gets takes space at once; "off" when absent. */
  readonly preallocation?: Preallocation;
  /** Bytes of the backing file's disk; 0 without one. */
  readonly baseSize: number;
  /** Reads the disk through the whole chain. */
  read(at: number, into: Uint8Array): void;
}

/** Clusters that get a place at once at most: their refcounts are all in memory until the switch. */
const mostPlaced = 2 ** 27;

/**
 * Gives the disk another size in bytes, rounded up to whole sectors. What a larger disk gets reads as
 * zeros, whatever lies in the backing file or is left over in the file. Snapshots keep their own size.
 * With preallocation each of its clusters has a place behind the end of the file, of which nothing
 * (metadata), all in the host's books (falloc) or all in zeros (full) is there.
 * @throws ImageError `invalid-argument` for a smaller size without consent, `unsupported` with bitmaps,
 *   for version 2 with snapshots or with a longer backing file, for preallocation in an encrypted image
 *   or where the host reserves no space, `limit`, and as `openForEdit`.
 */
export function resizeQcow2(file: ByteTarget, newSize: number, options: ResizeOptions): void {
  const image = openForEdit(file);
  const { header, l2Entries } = image;
  const { clusterSize, size: oldSize } = header;
  const { preallocation = "off" } = options;
  const size = Math.ceil(newSize / 512) * 512;
  refuse(image, size, options);
  if (size === oldSize) return;
  const perEntry = l2Entries * clusterSize;
  const l1Size = Math.max(header.l1Size, Math.ceil(size / perEntry));
  const first = Math.ceil(oldSize / clusterSize);
  const end = Math.ceil(size / clusterSize);
  const places = preallocation !== "off" && end > first;
  if (places) refuseToPlace(image, end - first);
  // What lies behind the file's end reads as zeros; a cluster that was freed within it may not.
  const from = places ? Math.ceil(file.size / clusterSize) : 1;
  const build = (change: Transaction): Switch => {
    const overlay = beginOverlay(change, image, l1Size);
    // Saved machine state, and what a larger disk left behind, must not come into view.
    overlay.dropFrom(Math.ceil(Math.min(size, oldSize) / clusterSize));
    const begun = oldSize % clusterSize;
    if (size > oldSize && begun > 0) {
      const bytes = new Uint8Array(clusterSize);
      options.read(oldSize - begun, bytes.subarray(0, begun));
      overlay.write(Math.floor(oldSize / clusterSize), bytes);
    }
    if (places) {
      const at = change.allocate(end - first);
      provide(file, at, (end - first) * clusterSize, preallocation);
      const hides = options.baseSize > oldSize;
      const reads = !hides ? "nothing yet" : preallocation === "metadata" ? "zeros" : "stored";
      overlay.place(first, end - first, at, reads);
    } else if (size > oldSize) {
      const hidden = Math.ceil(Math.min(size, options.baseSize) / clusterSize);
      for (let cluster = first; cluster < hidden; cluster++) overlay.zero(cluster);
    }
    return { fields: { size, ...overlay.finish() } };
  };
  changeImage(file, header, build, { from });
}

/** Makes the file reach over what was given to the disk, and gives space to it as was asked for. */
function provide(file: ByteTarget, at: number, length: number, preallocation: Preallocation): void {
  if (file.size < at + length) file.truncate(at + length);
  if (preallocation === "falloc") reserveRange(file, at, length);
  if (preallocation === "full") zeroRange(file, at, length);
}

function refuseToPlace({ file, header }: ChangeableImage, clusters: number): void {
  if (header.cryptMethod !== 0)
    throw new ImageError("unsupported", `${file.name} is encrypted: its data cannot be written`, {
      file: file.name,
      hint: "Choose preallocation off.",
    });
  if (clusters <= mostPlaced) return;
  throw new ImageError("limit", `${file.name}: these are too many clusters to place at once`, {
    file: file.name,
    expected: `at most ${mostPlaced * header.clusterSize} bytes more`,
    found: clusters * header.clusterSize,
    hint: "Choose preallocation off, or convert it to an image with larger clusters.",
  });
}

function refuse(image: ChangeableImage, size: number, { shrink }: ResizeOptions): void {
  const { file, header, snapshots, l2Entries } = image;
  const most = (limits.l1Table / 8) * l2Entries * header.clusterSize;
  if (!Number.isSafeInteger(size) || size < 0 || size > most) {
    throw new ImageError("invalid-argument", `${file.name} cannot have a disk of ${size} bytes`, {
      file: file.name,
      expected: `0 to ${most}`,
      found: size,
    });
  }
  refuseBitmaps(image, "another size");
  if (header.version === 2 && snapshots.length > 0) {
    throw new ImageError("unsupported", `${file.name}: version 2 keeps no sizes of snapshots`, {
      file: file.name,
      hint: "Make it version 3 (amend compat=1.1) first.",
    });
  }
  if (size >= header.size || shrink) return;
  throw new ImageError("invalid-argument", `${file.name} would lose the end of its disk`, {
    file: file.name,
    expected: `at least ${header.size} bytes`,
    found: size,
    hint: "Shrink the partitions on it first; then allow to shrink it.",
  });
}

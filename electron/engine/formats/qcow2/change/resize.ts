import { ImageError } from "../../../errors";
import type { ByteTarget } from "../../../io/source";
import { limits } from "../header";
import { openForEdit, type ChangeableImage } from "./image";
import { beginOverlay } from "./overlay";
import { refuseBitmaps } from "./snapshots";
import { changeImage } from "./transaction";

/** What a resize may do, and what it has to know of the chain. */
export interface ResizeOptions {
  /** Give up what lies past a smaller end. */
  readonly shrink: boolean;
  /** Bytes of the backing file's disk; 0 without one. */
  readonly baseSize: number;
  /** Reads the disk through the whole chain. */
  read(at: number, into: Uint8Array): void;
}

/**
 * Gives the disk another size in bytes, rounded up to whole sectors. What a larger disk gets reads as
 * zeros, whatever lies in the backing file or is left over in the file. Snapshots keep their own size.
 * @throws ImageError `invalid-argument` for a smaller size without consent, `unsupported` with bitmaps
 *   and for version 2 with snapshots or with a longer backing file, `limit`, and as `openForEdit`.
 */
export function resizeQcow2(file: ByteTarget, newSize: number, options: ResizeOptions): void {
  const image = openForEdit(file);
  const { header, l2Entries } = image;
  const { clusterSize, size: oldSize } = header;
  const size = Math.ceil(newSize / 512) * 512;
  refuse(image, size, options);
  if (size === oldSize) return;
  const perEntry = l2Entries * clusterSize;
  const l1Size = Math.max(header.l1Size, Math.ceil(size / perEntry));
  changeImage(file, header, (change) => {
    const overlay = beginOverlay(change, image, l1Size);
    // Saved machine state, and what a larger disk left behind, must not come into view.
    overlay.dropFrom(Math.ceil(Math.min(size, oldSize) / clusterSize));
    if (size > oldSize) {
      const begun = oldSize % clusterSize;
      if (begun > 0) {
        const bytes = new Uint8Array(clusterSize);
        options.read(oldSize - begun, bytes.subarray(0, begun));
        overlay.write(Math.floor(oldSize / clusterSize), bytes);
      }
      const first = Math.ceil(oldSize / clusterSize);
      const end = Math.ceil(Math.min(size, options.baseSize) / clusterSize);
      for (let cluster = first; cluster < end; cluster++) overlay.zero(cluster);
    }
    return { fields: { size, ...overlay.finish() } };
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

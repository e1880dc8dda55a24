import { ImageError } from "../errors";
import type { DiskImage } from "../image/disk-image";
import { openImage, type OpenRequest } from "../image/open-image";
import { moveGptBackup } from "../inside/gpt-move";
import { growImage } from "./source/grown";
import { joinImages } from "./source/joined";
import { patchImage } from "./source/patched";
import type { SalvageLog } from "./source/salvage-log";
import { salvageImage } from "./source/salvaged";
import { windowImage } from "./source/windowed";

const SECTOR = 512;

/** What a conversion reads, as one disk. Plain data: it crosses threads. */
export interface SourceRequest {
  /** One or more; several lie one behind the other on the disk, in this order. */
  readonly images: readonly OpenRequest[];
  /**
   * Virtual size in bytes to grow to, whole sectors and not below that of the images: zeros follow behind them, and a
   * GPT's backup header moves to the new end.
   */
  readonly size?: number;
  /** Virtual size in bytes, not below that of the images: zeros follow behind them. Alone of these three. */
  readonly padTo?: number;
  /** Only these bytes of the disk; zeros fill the last sector. Not together with `size`. */
  readonly range?: { readonly at: number; readonly length: number };
  /** What cannot be read becomes zeros; otherwise it is an error. */
  readonly salvage?: boolean;
}

/** Who hears of what is salvaged, and who may stop it; absent parts need not. */
export interface SourceTools {
  readonly log?: SalvageLog;
  /** Called now and then. @throws to stop. */
  checkpoint?(): void;
}

/**
 * Opens the disk that a request describes, read only. A chain may be broken, which `broken` tells.
 * The caller closes it.
 * @throws ImageError when an image cannot be opened, `invalid-argument` without one, for a size
 *   that they cannot grow to, and for a range that they do not have.
 */
export function openSource(request: SourceRequest, tools: SourceTools = {}): DiskImage {
  const opened: DiskImage[] = [];
  try {
    for (const image of request.images) opened.push(openImage(image));
    const [first, ...others] = opened.map((image) =>
      request.salvage === true ? salvaging(image, tools) : image,
    );
    if (first === undefined) throw new ImageError("invalid-argument", "There is nothing to read");
    const disk = others.length === 0 ? first : joinImages([first, ...others]);
    if (request.range !== undefined) return part(disk, request.range);
    if (request.padTo !== undefined) return growImage(disk, request.padTo);
    return request.size === undefined ? disk : grown(disk, request.size);
  } catch (error) {
    for (const image of opened) image.close();
    throw error;
  }
}

function part(disk: DiskImage, { at, length }: { at: number; length: number }): DiskImage {
  return growImage(windowImage(disk, at, length), Math.ceil(length / SECTOR) * SECTOR);
}

function salvaging(image: DiskImage, { log, checkpoint }: SourceTools): DiskImage {
  return salvageImage(
    image,
    (range) => log?.add(range),
    () => checkpoint?.(),
  );
}

function grown(disk: DiskImage, size: number): DiskImage {
  if (!Number.isSafeInteger(size) || size % SECTOR !== 0 || size < disk.size) {
    throw new ImageError("invalid-argument", `The disk cannot be grown to ${size} bytes`, {
      expected: `whole sectors, at least ${disk.size} bytes`,
      found: size,
      hint: "Choose a size that is not below the disk's own.",
    });
  }
  if (size === disk.size || disk.broken) return growImage(disk, size);
  const read = (at: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    disk.read(at, bytes);
    return bytes;
  };
  return patchImage(growImage(disk, size), moveGptBackup(read, disk.size, size));
}

import type { BytesSide } from "../../../../shared/model/bytes";
import { openImage, type OpenRequest } from "../../image/open-image";
import type { DiskImage } from "../../image/disk-image";
import { openFile } from "../../io/file";
import type { ByteSource } from "../../io/source";
import { hostRunAt, storedExtents } from "../stored-extents";

/** Which bytes of which image. Plain data: it crosses threads. */
export interface SideRequest extends OpenRequest {
  readonly side: BytesSide;
}

/** The bytes of one side of an image, read only. */
export interface Side {
  /** Bytes. */
  readonly size: number;
  /** The disk, for the guest's side. */
  readonly image?: DiskImage;
  /** The file as it lies there, for the file's side. */
  readonly file?: ByteSource;
  /** @throws ImageError as `DiskImage.read` or `ByteSource.read`. */
  read(at: number, into: Uint8Array): void;
  /**
   * What is stored of [from, to), by default to the end, in order; all else reads as zeros.
   * @throws ImageError as `read`.
   */
  stored(from: number, to?: number): Iterable<{ readonly at: number; readonly length: number }>;
  close(): void;
}

/** Opens one side of an image. The caller closes it. @throws ImageError as `openImage` or `openFile`. */
export function openSide(request: SideRequest): Side {
  if (request.side === "file") {
    const file = openFile(request.path);
    return {
      size: file.size,
      file,
      read: (at, into) => file.read(at, into),
      stored: (from, to) => storedRuns(file, from, to),
      close: () => file.close(),
    };
  }
  const image = openImage(request);
  return {
    size: image.size,
    image,
    read: (at, into) => image.read(at, into),
    stored: (from, to) => storedParts(image, from, to),
    close: () => image.close(),
  };
}

function* storedParts(image: DiskImage, from: number, to = image.size) {
  for (const { at, run } of storedExtents(image, from, to)) yield { at, length: run.length };
}

function* storedRuns(file: ByteSource, from: number, to = file.size) {
  for (let at = from; at < to;) {
    const { length, hole } = hostRunAt(file, at, to - at);
    if (!hole) yield { at, length };
    at += length;
  }
}

import { mapStored, type Run } from "../../image/layer";
import type { ByteSource } from "../../io/source";
import type { Format } from "../format";
import type { DiskDescriptor, ImageElement, Storage } from "./disk-descriptor";
import { openExpanding, type Image } from "./expanding";
import { sectorSize } from "./header";
import { parallelsError } from "./parallels-error";

/** What opens the files that an image names. */
export type Gate = Parameters<Format["open"]>[1];

/** Files that a disk may consist of. */
const mostFiles = 256;

/** A stretch of the disk with the images that hold it, the newest first. Offsets in bytes. */
export interface Part {
  readonly start: number;
  readonly end: number;
  readonly images: readonly Image[];
}

/**
 * Opens every image of a disk through the gate; the caller closes them.
 * @throws ImageError what the gate throws; `invalid-header` (an image is missing or too small), `limit`,
 *   `truncated`, and what opening an expanding image throws. Nothing stays open then.
 */
export function openParts(from: ByteSource, descriptor: DiskDescriptor, gate: Gate): Part[] {
  const { storages, chain } = descriptor;
  const files = storages.length * chain.length;
  if (files > mostFiles)
    throw parallelsError("limit", from, "the disk consists of too many files", {
      expected: `at most ${mostFiles}`,
      found: files,
    });
  const opened: Image[] = [];
  try {
    return storages.map((storage) => {
      const images = chain.map((guid) => {
        const image = openImage(from, storage, guid, gate);
        opened.push(image);
        return image;
      });
      return { start: storage.start * sectorSize, end: storage.end * sectorSize, images };
    });
  } catch (error) {
    for (const image of opened) image.close();
    throw error;
  }
}

function openImage(from: ByteSource, storage: Storage, guid: string, gate: Gate): Image {
  const element = storage.images.find((each) => each.guid === guid);
  if (element === undefined)
    throw parallelsError("invalid-header", from, "a storage lacks an image of the snapshot", {
      expected: guid,
    });
  const source = gate.open({ role: "extent", name: element.file, from: from.name });
  try {
    const image = open(source, element);
    const size = (storage.end - storage.start) * sectorSize;
    if (image.size >= size) return image;
    const code = element.type === "Plain" ? "truncated" : "invalid-header";
    throw parallelsError(code, source, "the image is smaller than its storage", {
      expected: size,
      found: image.size,
    });
  } catch (error) {
    source.close();
    throw error;
  }
}

function open(source: ByteSource, { type }: ImageElement): Image {
  if (type === "Compressed") return openExpanding(source);
  return {
    size: source.size,
    file: source,
    map: (at, max) => mapStored(source, at, max),
    close: () => source.close(),
  };
}

/** The `map` of a disk in parts. A run ends with its part. */
export function createPartsMap(parts: readonly Part[]) {
  return (guestAt: number, max: number): Run => {
    const part = partAt(parts, guestAt);
    const at = guestAt - part.start;
    let length = Math.min(max, part.end - guestAt);
    for (const image of part.images) {
      const run = image.map(at, length);
      if (run.kind !== "unallocated") return run;
      length = run.length;
    }
    return { kind: "unallocated", length };
  };
}

/** The part that holds a guest offset of the disk. */
function partAt(parts: readonly Part[], guestAt: number): Part {
  const part = parts.find(({ end }) => guestAt < end);
  if (part === undefined) throw new RangeError(`byte ${guestAt} is past the end of the disk`);
  return part;
}

import type { DiskImage, Extent } from "../image/disk-image";
import type { ImageLayer } from "../image/layer";
import type { ByteSource } from "../io/source";

/** One entry of `qemu-img map --output=json`; offsets and lengths in bytes. */
export interface MapEntry {
  readonly start: number;
  readonly length: number;
  /** Index of the layer that answers: `image.layers[depth]`. */
  readonly depth: number;
  /** Whether that layer holds an answer of its own. */
  readonly present: boolean;
  /** Whether it reads as zeros. */
  readonly zero: boolean;
  /** Whether it is stored as data. */
  readonly data: boolean;
  /** Where it lies in the layer's file; absent where nothing is stored, and for compressed and encrypted data. */
  readonly offset?: number;
  /** The file that `offset` counts in, when data lies in another one than the layer's own. */
  readonly file?: ByteSource;
}

/** Formats whose images own all their guest bytes to qemu-img, stored or not: none has a backing file. */
const ownsAll: ReadonlySet<string> = new Set(["vdi", "vpc", "vhdx"]);

/**
 * The map of [at, at + length), by default of the whole disk, merged as qemu-img merges it; an
 * empty disk gives the one empty entry that qemu-img prints.
 * @throws ImageError as `DiskImage.extents` does.
 */
export function* mapImage(
  image: DiskImage,
  at = 0,
  length = image.size - at,
): Generator<MapEntry, void, undefined> {
  let held: MapEntry = {
    start: at,
    length: 0,
    depth: 0,
    present: false,
    zero: false,
    data: false,
  };
  const thin = new Map(
    image.layers.map((layer) => [layer, layer.preallocated ?? storesLessThanItMaps(layer)]),
  );
  for (const extent of image.extents(at, length)) {
    const layer = image.layers[extent.depth];
    const entries =
      layer && thin.get(layer) ? entriesByHost(extent, layer) : [entryOf(extent, layer)];
    for (const entry of entries) {
      const merged = held.length === 0 ? entry : merge(held, entry);
      if (!merged) yield held;
      held = merged ?? entry;
    }
  }
  yield held;
}

// Written out: objects spread into one another take a third of the time of a large map.
function entryOf({ at: start, depth, run }: Extent, layer: ImageLayer | undefined): MapEntry {
  const { kind, length } = run;
  if (kind === "unallocated") {
    const present = layer !== undefined && ownsAll.has(layer.format);
    return { start, length, depth, present, zero: true, data: false };
  }
  if (kind === "encoded" || (kind === "data" && run.source.derived === true))
    return { start, length, depth, present: true, zero: false, data: true };
  if (kind === "data" && run.source !== layer?.source) {
    const { at: offset, source: file } = run;
    return { start, length, depth, present: true, zero: false, data: true, offset, file };
  }
  const data = kind === "data" || (run.at !== undefined && layer?.preallocated === true);
  if (run.at === undefined)
    return { start, length, depth, present: true, zero: kind === "zero", data };
  return { start, length, depth, present: true, zero: kind === "zero", data, offset: run.at };
}

/**
 * Whether the layer's data clusters may lie in holes of its file (preallocated metadata): its file
 * takes clearly less than its tables call used. Otherwise qemu-img does not look, and space that is
 * reserved but unwritten counts as data.
 */
export function storesLessThanItMaps({ source, blockSize, usedBytes }: ImageLayer): boolean {
  if (usedBytes === undefined || source.allocated === undefined) return false;
  const stored = Math.floor(source.allocated / blockSize);
  const clearlyMore = Math.max(Math.floor((stored * 10) / 9), stored + 2);
  // No more can be used than the file is long: mostly that settles it.
  return (
    Math.ceil(source.size / blockSize) >= clearlyMore && usedBytes() >= clearlyMore * blockSize
  );
}

/** A data extent as the host tells its stored parts from its holes. */
function* entriesByHost(extent: Extent, layer: ImageLayer): Generator<MapEntry, void, undefined> {
  const entry = entryOf(extent, layer);
  const { run } = extent;
  if (run.kind !== "data" || run.source.derived === true) {
    yield entry;
    return;
  }
  for (let done = 0; done < run.length;) {
    const part = hostRunAt(run.source, run.at + done, run.length - done);
    const start = entry.start + done;
    yield { ...entry, start, length: part.length, zero: part.hole, offset: run.at + done };
    done += part.length;
  }
}

function hostRunAt(source: ByteSource, at: number, max: number): { length: number; hole: boolean } {
  return source.hostRun?.(at, max) ?? { length: max, hole: false };
}

/** Both as one entry, when they are of one kind and follow one another in the file too. */
function merge(a: MapEntry, b: MapEntry): MapEntry | undefined {
  const alike =
    a.depth === b.depth &&
    a.present === b.present &&
    a.zero === b.zero &&
    a.data === b.data &&
    a.file === b.file;
  const next = a.offset === undefined ? undefined : a.offset + a.length;
  return alike && b.offset === next ? { ...a, length: a.length + b.length } : undefined;
}

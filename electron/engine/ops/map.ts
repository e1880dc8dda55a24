import type { DiskImage } from "../image/disk-image";
import type { ImageLayer, Run } from "../image/layer";
import type { ByteSource } from "../io/source";
import { createMapBatch, mapState, type MapBatch } from "./map-batch";
import { hostRunAt } from "./stored-extents";

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

/** One by one what `mapBatches` tells. @throws ImageError as `mapBatches`. */
export function* mapImage(
  image: DiskImage,
  at = 0,
  length = image.size - at,
): Generator<MapEntry, void, undefined> {
  for (const batch of mapBatches(image, at, length))
    for (let index = 0; index < batch.count; index += 1) yield entryIn(batch, index);
}

function entryIn(batch: MapBatch, index: number): MapEntry {
  const state = batch.state[index]!;
  const offset = batch.offset[index]!;
  const file = batch.file[index];
  return {
    start: batch.start[index]!,
    length: batch.length[index]!,
    depth: batch.depth[index]!,
    present: (state & mapState.present) !== 0,
    zero: (state & mapState.zero) !== 0,
    data: (state & mapState.data) !== 0,
    ...(offset >= 0 && { offset }),
    ...(file && { file }),
  };
}

/**
 * The map of [at, at + length), by default of the whole disk, merged as qemu-img merges it; an
 * empty disk gives the one empty entry that qemu-img prints. Every batch is the same object, filled
 * anew; what an error comes behind is told before it is thrown.
 * @throws ImageError as `DiskImage.extents` does.
 */
export function* mapBatches(
  image: DiskImage,
  at = 0,
  length = image.size - at,
): Generator<MapBatch, void, undefined> {
  const { layers } = image;
  const thin = layers.map((layer) => layer.preallocated ?? storesLessThanItMaps(layer));
  const storedAt = rememberHoles();
  const batch = createMapBatch();
  try {
    for (const { at: start, depth, run } of image.extents(at, length)) {
      const layer = layers[depth];
      const state = stateOf(run, layer);
      const offset = offsetOf(run);
      const source = run.kind === "data" && offset >= 0 ? run.source : undefined;
      const file = source === layer?.source ? undefined : source;
      const asked = thin[depth] === true ? source : undefined;
      for (let done = 0; done < run.length;) {
        const left = run.length - done;
        const stored = asked === undefined ? left : storedAt(asked, offset + done, left);
        const part = Math.abs(stored);
        if (batch.isFull()) {
          batch.takeLast();
          yield batch;
          batch.putBack();
        }
        batch.add(
          start + done,
          part,
          depth,
          stored < 0 ? state | mapState.zero : state,
          offset < 0 ? offset : offset + done,
          file,
        );
        done += part;
      }
    }
  } catch (error) {
    // The last entry might have gone on.
    batch.takeLast();
    if (batch.count > 0) yield batch;
    throw error;
  }
  if (batch.count === 0) batch.add(at, 0, 0, 0, -1, undefined);
  yield batch;
}

/** What is to be told of a run, as bits of `mapState`; holes of the host apart. */
function stateOf(run: Run, layer: ImageLayer | undefined): number {
  const { present, zero, data } = mapState;
  switch (run.kind) {
    case "unallocated":
      return zero | (layer !== undefined && ownsAll.has(layer.format) ? present : 0);
    case "zero":
      return present | zero | (run.at !== undefined && layer?.preallocated === true ? data : 0);
    default:
      return present | data;
  }
}

/** Where a run lies in the file; -1 where there is no such place to tell. */
function offsetOf(run: Run): number {
  if (run.kind === "data") return run.source.derived === true ? -1 : run.at;
  return run.kind === "zero" ? (run.at ?? -1) : -1;
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
  const enough = clearlyMore * blockSize;
  // No more can be used than the file is long: mostly that settles it.
  return Math.ceil(source.size / blockSize) >= clearlyMore && usedBytes(enough) >= enough;
}

/**
 * Bytes from `at` on, at most `max`, that the host stores of a source; below 0 for as many of a hole.
 * The last hole is remembered, as long as the map takes: a preallocated disk is one large hole, in
 * tens of thousands of pieces.
 */
function rememberHoles(): (source: ByteSource, at: number, max: number) => number {
  let known: ByteSource | undefined;
  let holeFrom = 0;
  let holeTo = 0;
  return (source, at, max) => {
    if (source === known && at >= holeFrom && at < holeTo) return -Math.min(max, holeTo - at);
    const { length, hole } = hostRunAt(source, at, Math.max(max, source.size - at));
    if (!hole) return Math.min(max, length);
    known = source;
    holeFrom = at;
    holeTo = at + length;
    return -Math.min(max, length);
  };
}

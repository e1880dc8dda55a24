import type { DiskImage, Extent } from "../image/disk-image";
import type { ImageLayer, Run } from "../image/layer";
import { runKind, type RunColumns } from "../image/run-columns";
import type { ByteSource } from "../io/source";
import { mapState, type GrowingBatch } from "./map-batch";
import { hostRunAt } from "./stored-extents";

/**
 * Puts the runs of an image into the batch of its map: what the host stores nothing of is told apart. Each
 * answers false when the batch is full; called again with the same, it goes on where it was.
 */
export interface MapFiller {
  putExtent(extent: Extent): boolean;
  /** Runs of the image's first layer; changes those of which a part is put. */
  putColumns(columns: RunColumns): boolean;
}

/** Formats whose images own all their guest bytes to qemu-img, stored or not: none has a backing file. */
const ownsAll: ReadonlySet<string> = new Set(["vdi", "vpc", "vhdx"]);

export function createMapFiller({ layers }: DiskImage, batch: GrowingBatch): MapFiller {
  const thin = layers.map((layer) => layer.preallocated ?? storesLessThanItMaps(layer));
  const storedAt = rememberHoles();
  const [first] = layers;
  /** By kind of run. */
  const states = [
    stateOf({ kind: "unallocated", length: 0 }, first),
    mapState.present | mapState.zero,
    mapState.present | mapState.data,
  ];
  /** Of the extent that was put last, what did not fit. */
  let done = 0;
  /** Of the columns. */
  let next = 0;

  /** Puts a run, or its beginning; answers how many bytes. With `asked` its host bytes lie there. */
  function put(
    start: number,
    length: number,
    depth: number,
    state: number,
    offset: number,
    file: ByteSource | undefined,
    asked: ByteSource | undefined,
  ): number {
    for (let from = 0; from < length;) {
      if (batch.isFull()) return from;
      const left = length - from;
      const stored = asked === undefined ? left : storedAt(asked, offset + from, left);
      const part = Math.abs(stored);
      batch.add(
        start + from,
        part,
        depth,
        stored < 0 ? state | mapState.zero : state,
        offset < 0 ? offset : offset + from,
        file,
      );
      from += part;
    }
    return length;
  }

  return {
    putExtent({ at, depth, run }) {
      const layer = layers[depth];
      const offset = offsetOf(run);
      const source = run.kind === "data" && offset >= 0 ? run.source : undefined;
      const file = source === layer?.source ? undefined : source;
      const asked = thin[depth] === true ? source : undefined;
      const hostAt = offset < 0 ? offset : offset + done;
      const state = stateOf(run, layer);
      done += put(at + done, run.length - done, depth, state, hostAt, file, asked);
      if (done < run.length) return false;
      done = 0;
      return true;
    },
    putColumns({ count, start, length, kind, at }) {
      const source = thin[0] === true ? first?.source : undefined;
      for (; next < count; next += 1) {
        const of = kind[next]!;
        const asked = of === runKind.data ? source : undefined;
        const part = put(start[next]!, length[next]!, 0, states[of]!, at[next]!, undefined, asked);
        if (part === length[next]!) continue;
        start[next]! += part;
        length[next]! -= part;
        if (at[next]! >= 0) at[next]! += part;
        return false;
      }
      next = 0;
      return true;
    },
  };
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

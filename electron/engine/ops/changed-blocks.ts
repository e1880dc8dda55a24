import { stackLayers, type DiskImage } from "../image/disk-image";
import { hostRunAt, storedExtents } from "./stored-extents";

/** Blocks that a new image on a kept backing file has to hold itself. */
export interface ChangedBlocks {
  /** "zero": they read as zeros, where the backing file has something else. */
  readonly kind: "data" | "zero";
  readonly first: number;
  readonly count: number;
}

/** A stretch of guest bytes, by who answers for it in the new image: "kept" is the backing file. */
interface Stretch {
  readonly kind: ChangedBlocks["kind"] | "kept";
  readonly at: number;
  /** Guest offset of its end. */
  readonly end: number;
}

/**
 * The blocks of [from, to) that the layers of `image` above depth `keep` change, in order. A block of
 * which they change a part is data as a whole. Only what is left is answered by the layers from `keep`
 * on; when there are none, nothing is known of the backing file, and no block is left to it.
 * @param from Guest offset, a multiple of `blockSize`.
 * @param to A multiple of `blockSize`, or the size of the disk.
 * @throws ImageError as `DiskImage.extents`.
 */
export function* changedBlocks(
  image: DiskImage,
  keep: number,
  blockSize: number,
  { from = 0, to = image.size } = {},
): Generator<ChangedBlocks, void, undefined> {
  let run: ChangedBlocks | undefined;
  /** What is known of a block that has more than one stretch. */
  let part: Stretch["kind"] | undefined;

  function* put(kind: Stretch["kind"], first: number, end: number): Generator<ChangedBlocks> {
    if (run?.kind === kind && run.first + run.count === first) {
      run = { ...run, count: end - run.first };
      return;
    }
    if (run) yield run;
    run = kind === "kept" ? undefined : { kind, first, count: end - first };
  }

  for (const { kind, at: begin, end } of stretches(image, keep, from, to)) {
    for (let at = begin; at < end;) {
      const block = Math.floor(at / blockSize);
      const blockEnd = Math.min((block + 1) * blockSize, to);
      if (at === block * blockSize && end >= blockEnd) {
        const past = end === to ? Math.ceil(end / blockSize) : Math.floor(end / blockSize);
        yield* put(kind, block, past);
        at = past * blockSize;
        continue;
      }
      part = part === undefined || part === kind ? kind : "data";
      at = Math.min(end, blockEnd);
      if (at < blockEnd) continue;
      yield* put(part, block, block + 1);
      part = undefined;
    }
  }
  if (run) yield run;
}

/** The disk as stretches, gapless and in order. */
function* stretches(
  image: DiskImage,
  keep: number,
  from: number,
  to: number,
): Generator<Stretch, void, undefined> {
  const kept = image.layers.slice(keep);
  const below = kept.length > 0 ? stackLayers(kept) : undefined;
  for (const { at, depth, run } of image.extents(from, to - from)) {
    const end = at + run.length;
    if (depth >= keep) yield { kind: "kept", at, end };
    else if (run.kind === "encoded") yield { kind: "data", at, end };
    else if (run.kind !== "data") yield* zeros(below, at, end);
    else {
      for (let next = at; next < end;) {
        const { length, hole } = hostRunAt(run.source, run.at + next - at, end - next);
        if (hole) yield* zeros(below, next, next + length);
        else yield { kind: "data", at: next, end: next + length };
        next += length;
      }
    }
  }
}

/** Zeros, which need not be told where the backing file has nothing else. */
function* zeros(
  below: DiskImage | undefined,
  at: number,
  end: number,
): Generator<Stretch, void, undefined> {
  if (below === undefined) {
    yield { kind: "zero", at, end };
    return;
  }
  let next = at;
  const reach = Math.min(end, below.size);
  for (const stored of at < reach ? storedExtents(below, at, reach) : []) {
    if (stored.at > next) yield { kind: "kept", at: next, end: stored.at };
    next = stored.at + stored.run.length;
    yield { kind: "zero", at: stored.at, end: next };
  }
  if (next < end) yield { kind: "kept", at: next, end };
}

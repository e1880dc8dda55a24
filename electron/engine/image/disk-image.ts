import { ImageError } from "../errors";
import type { ImageLayer, Run } from "./layer";
import type { Reference } from "./gate";
import { decodedUnits } from "./decoded-units";

/** Where a chain ends because the next file could not be opened. */
export interface BrokenChain {
  readonly reference: Reference;
  /** The format it was declared to have. */
  readonly format?: string;
  /** Where it would be; absent when the name stands for no path. */
  readonly path?: string;
  readonly error: ImageError;
}

/**
 * A stretch of guest bytes that one layer answers in one way; offsets and lengths in bytes.
 * `depth` is the index of the layer that answers; for "unallocated" (nobody answers: reads as zeros)
 * it is the index of the last layer of the chain that reaches this far.
 */
export interface Extent {
  readonly at: number;
  readonly depth: number;
  readonly run: Run;
}

/** A stack of layers as the one disk that the guest sees; the image itself is layer 0. */
export interface DiskImage {
  readonly layers: readonly ImageLayer[];
  /** Virtual size in bytes: that of layer 0. */
  readonly size: number;
  /** Present when the chain could not be opened to its end. */
  readonly broken?: BrokenChain;
  /**
   * Fills `into` with the guest bytes at `at`; `at + into.length` must be within `size`.
   * @throws ImageError; where the chain is broken and the missing layer is needed, its error;
   *   `invalid-argument` when the range is not within the disk.
   */
  read(at: number, into: Uint8Array): void;
  /**
   * The extents of [at, at + length), gapless and in order; by default of the whole disk.
   * Neighbours are merged when they are of one kind and layer and their host bytes, where they have
   * any, lie side by side in one source. Encoded units stay one extent each. What lies before an error is told
   * before it is thrown.
   * @throws ImageError as `read` does.
   */
  extents(at?: number, length?: number): Iterable<Extent>;
  /** Closes every layer. */
  close(): void;
}

/** The disk that `layers` make together, the image first and its base last. It closes them. */
export function stackLayers(layers: readonly ImageLayer[], broken?: BrokenChain): DiskImage {
  const [image] = layers;
  if (image === undefined) throw new ImageError("invalid-argument", "A disk needs one layer");
  const { size } = image;
  const decode = decodedUnits();

  function read(at: number, into: Uint8Array): void {
    checkRange(at, into.length, size);
    const end = at + into.length;
    const answer = answers(layers, broken, end);
    for (let from = at; from < end;) {
      const { depth, run } = answer(from);
      const part = into.subarray(from - at, from - at + run.length);
      if (run.kind === "data") run.source.read(run.at, part);
      else if (run.kind === "encoded") decode(depth, from, run, part);
      else part.fill(0);
      from += run.length;
    }
  }

  function* extents(at = 0, length = size - at): Generator<Extent> {
    checkRange(at, length, size);
    const end = at + length;
    const answer = answers(layers, broken, end);
    let held: Extent | undefined;
    for (let from = at; from < end;) {
      let next: Extent;
      try {
        next = answer(from);
      } catch (error) {
        if (held) yield held;
        throw error;
      }
      from += next.run.length;
      const merged = held && merge(held, next);
      if (held && !merged) yield held;
      held = merged ?? next;
    }
    if (held) yield held;
  }

  function close(): void {
    for (const layer of layers) layer.close();
  }

  return { layers, size, ...(broken && { broken }), read, extents, close };
}

/**
 * Who answers for a guest byte, asked in ascending order up to `end`. What a layer has said is kept
 * until it is used up: a base in many pieces must not make its overlay look up one long run again
 * for every piece.
 */
function answers(
  layers: readonly ImageLayer[],
  broken: BrokenChain | undefined,
  end: number,
): (at: number) => Extent {
  const said: ({ at: number; run: Run } | undefined)[] = [];

  function layerRun(layer: ImageLayer, depth: number, at: number): Run {
    const last = said[depth];
    if (last && at < last.at + last.run.length) return cut(last.run, at - last.at);
    const run = layer.map(at, Math.min(end, layer.size) - at);
    said[depth] = { at, run };
    return run;
  }

  return (at) => {
    let length = end - at;
    let depth = -1;
    for (const layer of layers) {
      // Past a short layer's end the guest reads zeros, whatever the layers below it hold.
      if (at >= layer.size) return { at, depth, run: { kind: "unallocated", length } };
      depth += 1;
      const run = layerRun(layer, depth, at);
      length = Math.min(length, run.length);
      // Mostly it is the whole of what the layer said; a copy of it costs more than the rest here.
      if (run.kind !== "unallocated")
        return { at, depth, run: run.length === length ? run : { ...run, length } };
    }
    if (broken) throw broken.error;
    return { at, depth, run: { kind: "unallocated", length } };
  };
}

/** What is left of `run` when its first `skipped` bytes are taken off. */
function cut(run: Run, skipped: number): Run {
  const length = run.length - skipped;
  if (run.kind === "data") return { ...run, at: run.at + skipped, length };
  if (run.kind === "encoded") return { ...run, skip: run.skip + skipped, length };
  if (run.kind === "zero" && run.at !== undefined) return { ...run, at: run.at + skipped, length };
  return { ...run, length };
}

/** Both as one extent, when they may be told as one. */
function merge(a: Extent, b: Extent): Extent | undefined {
  if (a.depth !== b.depth || !sameStretch(a.run, b.run)) return undefined;
  return { ...a, run: { ...a.run, length: a.run.length + b.run.length } };
}

function sameStretch(a: Run, b: Run): boolean {
  if (a.kind === "data" && b.kind === "data")
    return a.source === b.source && a.at + a.length === b.at;
  if (a.kind === "zero" && b.kind === "zero")
    return a.at === undefined ? b.at === undefined : a.at + a.length === b.at;
  return a.kind === "unallocated" && b.kind === "unallocated";
}

/** @throws ImageError `invalid-argument` unless [at, at + length) lies within a disk of `size` bytes. */
export function checkRange(at: number, length: number, size: number): void {
  const whole = Number.isSafeInteger(at) && Number.isSafeInteger(length);
  if (whole && at >= 0 && length >= 0 && at + length <= size) return;
  throw new ImageError("invalid-argument", `Bytes ${at} to ${at + length} are not in the disk`, {
    expected: `a range within 0 to ${size}`,
    found: `${at} to ${at + length}`,
  });
}

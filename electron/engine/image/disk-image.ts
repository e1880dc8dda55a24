import type { ImageError } from "../errors";
import type { ImageLayer, Run } from "./layer";
import type { Reference } from "./gate";

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
   * @throws ImageError; where the chain is broken and the missing layer is needed, its error.
   */
  read(at: number, into: Uint8Array): void;
  /**
   * The extents of [at, at + length), gapless and in order; by default of the whole disk.
   * Neighbours are merged when they are of one kind and layer and, for data, lie side by side in one source.
   * @throws ImageError as `read` does.
   */
  extents(at?: number, length?: number): Iterable<Extent>;
  /** Closes every layer. */
  close(): void;
}

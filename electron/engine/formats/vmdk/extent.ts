import type { Run } from "../../image/layer";
import type { ByteSource } from "../../io/source";

/** One stretch of the virtual disk and the file that holds it. */
export interface Extent {
  /** Bytes. */
  readonly size: number;
  /** As the extent description writes it; "" for an image that is its own only extent. */
  readonly type: string;
  /** The file as the user knows it; absent when there is none. */
  readonly fileName?: string;
  /** That file, when it is not the one that describes the extent. */
  readonly file?: ByteSource;
  /** Bytes that are kept together; absent for a flat extent. */
  readonly grainSize?: number;
  readonly compressed: boolean;
  /** The sparse header's version, where there is one. */
  readonly version?: string;
  /** Facts for people, in the specification's words. */
  readonly details: readonly { name: string; value: string | number | boolean }[];
  /** As ImageLayer.map, `at` counted from the extent's beginning. */
  map(at: number, max: number): Run;
  /** Closes the extent's file. */
  close(): void;
}

/** What opening a sparse extent yields; its size is its header's capacity. */
export type SparseExtent = Omit<Extent, "type" | "fileName" | "file">;

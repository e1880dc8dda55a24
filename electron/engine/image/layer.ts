import type { ImageError } from "../errors";
import type { ByteSource } from "../io/source";
import type { LayerFacts } from "../../../shared/model/facts";
import type { RunColumns } from "./run-columns";

/**
 * What a layer knows about the guest bytes from one offset on: the longest stretch of one kind.
 * `length` is in guest bytes, > 0 and never more than was asked for.
 */
export type Run = { readonly length: number } & (
  | {
      /** Stored as they are, at `at` in `source`. */
      readonly kind: "data";
      readonly source: ByteSource;
      readonly at: number;
    }
  | {
      /** Reads as zeros and hides the parent; `at` is a preallocated host offset, if any. */
      readonly kind: "zero";
      readonly at?: number;
    }
  /** Nothing here: the parent answers, or zeros when there is none. */
  | { readonly kind: "unallocated" }
  | {
      /** Stored encoded (compressed). One run never reaches past one unit. */
      readonly kind: "encoded";
      /** Host offset of the stored bytes, in the layer's own file. */
      readonly at: number;
      /** Stored length in bytes (for qcow2: from `at` to the end of its last 512-byte sector). */
      readonly stored: number;
      /** Guest bytes that one `decode` yields. */
      readonly unit: number;
      /** Where in the decoded unit this run begins. */
      readonly skip: number;
      /** Fills `into`, which is `unit` bytes long. @throws ImageError `corrupt-data`. */
      decode(into: Uint8Array): void;
    }
);

/** What an image says of itself, by the specification's names; of several values one has to agree. */
export type Identity = Readonly<Record<string, readonly string[]>>;

/** What the image that a child names must be, so that what the child lacks is there. */
export interface ParentChecks {
  /** Of each of these the parent must have one value. */
  readonly identity: Identity;
  /** Its file must not have been changed after this moment, in ms since 1970. */
  readonly unchangedSince?: number;
}

/** A file that an image names and that holds what it does not hold itself. Plain data. */
export interface ParentRef {
  /** The name as written in the image, unresolved. */
  readonly name: string;
  /** Further names, unresolved, that are tried in turn where `name` leads to no parent. */
  readonly otherNames?: readonly string[];
  /** The format it is declared to have; absent when the image does not say. */
  readonly format?: string;
  /** What the image knows of its parent; nothing is checked when absent. */
  readonly expects?: ParentChecks;
  /**
   * Set where the image names no file, and `name` is only to be shown: the parent is the neighbour in
   * the image's folder that has these values. `format` is set then.
   */
  readonly find?: Identity;
}

/** One image file, opened: it answers for the guest bytes that it holds itself. */
export interface ImageLayer {
  /** The format's id. */
  readonly format: string;
  /** The image file itself. The layer closes it. */
  readonly source: ByteSource;
  /** Files that hold its data besides `source`, such as a VMDK's extents. The layer closes them. */
  readonly otherFiles?: readonly ByteSource[];
  /**
   * Whether guest bytes have their place in a file from the start: zeros that have one then lie in a
   * hole of that file. qemu-img calls them data and zeros at once.
   */
  readonly preallocated?: boolean;
  /** Virtual size in bytes. */
  readonly size: number;
  /** Guest bytes that the format keeps together (cluster, grain, block); 1 when it keeps none together. */
  readonly blockSize: number;
  /** The backing file or parent that the image names, if any. */
  readonly parent?: ParentRef;
  /** What a child may expect of it as its parent; absent where children of its format know nothing of it. */
  readonly identity?: Identity;
  /** What there is to tell about this file: plain data, for screens and `info`. */
  readonly facts: LayerFacts;
  /** Why the facts lack internal snapshots: those that cannot be read; absent where all are told. */
  readonly lostSnapshots?: ImageError;
  /** Why the facts lack bitmaps: those that cannot be read; absent where all are told. */
  readonly lostBitmaps?: ImageError;
  /**
   * The longest run from `guestAt` (0 <= guestAt < size), at most `max` bytes and never past `size`.
   * @throws ImageError when a table is damaged or the data is of a kind that cannot be read.
   */
  map(guestAt: number, max: number): Run;
  /**
   * Fills the columns with runs from `guestAt` on, which `map` would tell one by one, until they are full, or
   * `end` (<= size) is reached, or something comes that only `map` can tell. Returns the guest offset behind
   * the last run: `guestAt` where it tells none. Never throws an ImageError: `map` does, when it comes to it.
   * Absent where only `map` tells any, and where `preallocated` is set.
   */
  mapColumns?(columns: RunColumns, guestAt: number, end: number): number;
  /**
   * Passes when guest data can be read as far as that can be known beforehand. Absent where nothing but
   * damage can keep it from being read.
   * @throws ImageError `passphrase`, or what opening its data file came to.
   */
  requireReadable?(): void;
  /**
   * Bytes of its file that the image's own tables call used, or as soon as it is known to be `enough`
   * or more, at least that. It reads those tables, so ask only when needed. Absent where a format keeps
   * no such tables.
   * @throws ImageError `io`.
   */
  usedBytes?(enough?: number): number;
  /** Closes the image file and what it opened besides (not its parent). */
  close(): void;
}

/**
 * The run from `guestAt` of an image whose guest byte n is the file's byte n (raw, ISO): data and
 * holes as the host tells them apart, and zeros from the end of `source` to the image's size.
 * Holes are "zero": such a file answers every byte itself. `length` is at most `max` bytes (> 0).
 */
export function mapStored(source: ByteSource, guestAt: number, max: number): Run {
  const stored = source.size - guestAt;
  if (stored <= 0) return { kind: "zero", at: guestAt, length: max };
  const within = Math.min(max, stored);
  const host = source.hostRun?.(guestAt, within);
  if (host?.hole === true) return { kind: "zero", at: guestAt, length: host.length };
  return { kind: "data", source, at: guestAt, length: host?.length ?? within };
}

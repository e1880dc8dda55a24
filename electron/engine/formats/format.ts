import type { ByteSource, ByteTarget } from "../io/source";
import type { ImageLayer, ParentRef } from "../image/layer";
import type { ImageWriter, NewFiles } from "../image/writer";
import type { Gate } from "../image/gate";
import type { FilePart } from "../../../shared/model/bytes";
import type { CheckResult } from "../../../shared/model/check";
import type { FormatId, OptionSpec, OptionValues } from "../../../shared/model/format";
import type { Provisioning } from "../../../shared/model/measure";

/** What a new image shall be. */
export interface CreateSpec {
  /** Virtual size in bytes. */
  readonly size: number;
  /** Values for the format's options by name; what is absent takes the option's default. */
  readonly options: OptionValues;
  /** The backing file to write into the header, where the format has one. */
  readonly backing?: ParentRef;
  /** Store the data compressed; only for a format that `compresses`. */
  readonly compress?: boolean;
  /** For images of several files; such an image cannot be written without it. */
  readonly files?: NewFiles;
}

/** What a new image takes, in bytes. */
export interface Measure {
  /** Length of the file that `convert` writes. */
  readonly fileLength: number;
  /** What the host gives to it, on a file system with blocks of 4 KiB. */
  readonly allocated: number;
  /** What it takes once the guest has written every block: `fully-allocated` of qemu-img measure. */
  readonly fullyAllocated: number;
  /**
   * `required` of qemu-img measure: what a file takes in which the blocks that were told are stored
   * and all tables are ready for the rest. Absent when the format needs none ready; it is
   * `fileLength` then.
   */
  readonly required?: number;
  /** Present when it was not all looked at, as compressed data is not: it took a sample. */
  readonly estimated?: {
    /** Bytes that were looked at. */
    readonly sampled: number;
    /** By how much the size may be off, as a part of it; true in 19 of 20 images. */
    readonly error: number;
  };
}

/** Adds up what a new image takes, without writing it: it is told what will be stored. */
export interface Measurer {
  /**
   * Guest bytes of the blocks that it is told of: those that the writer stores or leaves out as a
   * whole, which are its placement's blocks, or parts of them (`partSize`) when these are larger.
   */
  readonly blockSize: number;
  /**
   * Tells that `count` blocks from `firstBlock` on are stored. Calls come in ascending order and
   * name no block twice.
   */
  add(firstBlock: number, count: number): void;
  /** What it came to. @throws ImageError as the writer would for so much data. */
  result(): Measure;
}

/** One way to make an image of a format that is worth showing the size of. */
export interface Variant {
  /** Unique among all formats: the key of its name in the catalogs of texts. */
  readonly name: string;
  readonly provisioning: Provisioning;
  /** What has to be chosen for it; what is absent takes its default. */
  readonly options: OptionValues;
  /** Whether its data is stored compressed; not, when absent. */
  readonly compress?: boolean;
}

/** How much of what a larger disk gets takes space at once, in qemu-img's words. */
export type Preallocation = "off" | "metadata" | "falloc" | "full";

/** How a disk shall get another size, and what has to be known of its chain. */
export interface ResizeRequest {
  /** Give up what lies past a smaller end. */
  readonly shrink: boolean;
  readonly preallocation: Preallocation;
  /** Bytes of the backing file's disk; 0 without one. */
  readonly baseSize: number;
  /** Reads the disk through the whole chain. */
  read(at: number, into: Uint8Array): void;
  /**
   * Opens a file that the image names for its data, locks it as the image itself is, and closes it.
   * @throws ImageError as the gate, `in-use`, and what `change` throws.
   */
  changeExtent(name: string, change: (extent: ByteTarget) => void): void;
}

/** What a repair has mended, and what is left. */
export interface RepairResult {
  readonly before: CheckResult;
  /** The same object as `before` when nothing was mended. */
  readonly after: CheckResult;
  /**
   * Corruptions that were mended, those among them that the repair itself brought to light: flags that
   * were right only beside wrong refcounts. Absent where it is by how many there are fewer.
   */
  readonly mended?: number;
}

/** How images of a format get another size, where they are. */
export interface Resizing {
  /** Whether a disk may become smaller. */
  readonly shrinks: boolean;
  /** What `ResizeRequest.preallocation` may be. */
  readonly preallocations: readonly Preallocation[];
  /**
   * Gives the disk another size in bytes, rounded up to whole sectors; what a larger disk gets reads as
   * zeros. Its writes are in such an order that what a crash leaves is the old disk or the new one.
   * @throws ImageError before anything is written, or `io`.
   */
  run(file: ByteTarget, size: number, how: ResizeRequest): void;
}

/** What of an image is to be opened, and with what. Plain data. */
export interface OpenOptions {
  /** Index in the image's snapshot table, from 0: that internal snapshot instead of the active disk. */
  readonly snapshot?: number;
  /** Opens encrypted data; of no use to an image that is not encrypted. */
  readonly passphrase?: string;
}

/** One disk-image format. All that the rest of Lamina knows of it. */
export interface Format {
  readonly id: FormatId;
  /** Name for people, e.g. "qcow2". */
  readonly label: string;
  /** Without the dot, the usual one first. */
  readonly extensions: readonly string[];
  /** What can be chosen when creating or converting to this format; empty when it cannot be written. */
  readonly options: readonly OptionSpec[];
  /** Whether an image of this format may name a backing file of any format. */
  readonly backing: boolean;
  /**
   * Whether a new image may name a parent of its own format, whose identity it records:
   * `CreateSpec.backing` has `expects` then. Not, when absent.
   */
  readonly linksToParent?: boolean;
  /** Whether `CreateSpec.compress` may be asked of it; not, when absent. */
  readonly compresses?: boolean;
  /** Whether `OpenOptions.snapshot` may be asked of it; not, when absent. */
  readonly snapshots?: boolean;
  /**
   * Checks the image's own tables and changes nothing; its sentences name clusters, blocks or grains.
   * Absent where there are no tables.
   * @throws ImageError where it cannot be told what the image is, `limit`, `io`.
   */
  check?(source: ByteSource, gate: Gate): CheckResult;
  /**
   * Repairs an image where it is, as far as that loses nothing: "leaks" frees what nobody uses, "all"
   * mends the rest. A crash leaves what was there, or what is mended. Absent where nothing can be mended so.
   * @throws ImageError as `check`.
   */
  repair?(file: ByteTarget, mode: "leaks" | "all", gate: Gate): RepairResult;
  /** Absent where a disk's size is fixed. */
  readonly resize?: Resizing;
  /**
   * Whether the image says that a program has it open, or ended without closing it, or that it belongs
   * to the saved state of a machine. Absent where the format has no mark for it.
   * @throws ImageError when its header cannot be read.
   */
  leftOpen?(source: ByteSource): boolean | "saved-state";
  /**
   * What the bytes [at, at + length) of an image file are for, in order; what it has no name for is left
   * out. Absent where a format's parts are not named. @throws ImageError where its tables are damaged.
   */
  parts?(source: ByteSource, at: number, length: number): FilePart[];
  /** Whether these bytes are of this format. Reads little, never throws for foreign or short input. */
  probe(source: ByteSource): boolean;
  /**
   * Opens the image for reading; the layer owns `source` from then on. When it throws, the caller closes `source`.
   * A missing or wrong passphrase is told when data is read.
   * @throws ImageError
   */
  open(source: ByteSource, gate: Gate, how?: OpenOptions): ImageLayer;
  /**
   * Begins a new image in `target`, which is empty. Absent when the format is only read.
   * @throws ImageError `invalid-argument` for an option or size that the format cannot have.
   */
  create?(target: ByteTarget, spec: CreateSpec): ImageWriter;
  /**
   * Begins to add up what an image that `create` makes will take. Absent where that is not foretold yet.
   * @throws ImageError `invalid-argument` as `create`.
   */
  measure?(spec: CreateSpec): Measurer;
  /**
   * What the dirty bitmaps of `source` would take in a new image, in bytes: `bitmaps` of qemu-img
   * measure. Undefined when one of the two cannot have any.
   */
  bitmapsSize?(spec: CreateSpec, source: ImageLayer): number | undefined;
  /** The ways to make an image for which the Overview shows sizes; absent when it cannot be written. */
  readonly variants?: readonly Variant[];
  /**
   * Further ways, which the Overview leaves out: they take about what one of `variants` takes. No catalog
   * names them.
   */
  readonly furtherVariants?: readonly Variant[];
}

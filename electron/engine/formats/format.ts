import type { ByteSource, ByteTarget } from "../io/source";
import type { ImageLayer, ParentRef } from "../image/layer";
import type { ImageWriter } from "../image/writer";
import type { Gate } from "../image/gate";
import type { FormatId, OptionSpec, OptionValues } from "../../../shared/model/format";

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
  /** Whether an image of this format may name a backing file. */
  readonly backing: boolean;
  /** Whether `CreateSpec.compress` may be asked of it; not, when absent. */
  readonly compresses?: boolean;
  /** Whether these bytes are of this format. Reads little, never throws for foreign or short input. */
  probe(source: ByteSource): boolean;
  /**
   * Opens the image for reading; the layer owns `source` from then on. When it throws, the caller closes `source`.
   * @throws ImageError
   */
  open(source: ByteSource, gate: Gate): ImageLayer;
  /**
   * Begins a new image in `target`, which is empty. Absent when the format is only read.
   * @throws ImageError `invalid-argument` for an option or size that the format cannot have.
   */
  create?(target: ByteTarget, spec: CreateSpec): ImageWriter;
}

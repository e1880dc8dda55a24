import type { FormatId } from "../../../shared/model/format";
import { ImageError } from "../errors";
import type { CreateSpec } from "../formats/format";
import { formatById } from "../formats/registry";
import { createPartial, type PartialFile } from "../image/partial-file";
import type { ImageWriter } from "../image/writer";
import type { ByteTarget } from "../io/source";
import type { Control } from "./control";
import { linkedParent } from "./linked-parent";
import { requireReplaceable, type Replacing } from "./replaceable";
import type { Steps } from "./steps";

/** Bytes that are written before they are forced down to the disk: what is told as done then is. */
const FLUSH_BYTES = 256 * 2 ** 20;

/** A new image without data. */
export interface CreateJob extends Replacing {
  readonly path: string;
  readonly spec: CreateSpec;
  /** Force everything down to the disk before the image gets its name. */
  readonly flush: boolean;
  /** As PartialOptions.mark. */
  readonly mark?: string;
  /** Counts the zeros that a thick disk is written full of; pauses and cancels. */
  readonly control?: Control;
}

/** What came of it, in bytes; of an image of several files, all of them together. */
export interface Created {
  readonly virtualSize: number;
  readonly fileLength: number;
  /** Taken on the host; absent where the host cannot say. */
  readonly allocated?: number;
}

/**
 * Makes an empty image: written beside, then renamed. Whatever goes wrong, nothing is left.
 * @throws ImageError `exists`, `in-use`, `io`, `cancelled`, `invalid-argument` for an option or size that the
 *   format cannot have.
 */
export function createImage(job: CreateJob): Created {
  requireReplaceable(job.path, job);
  const partial = createPartial(job.path, job);
  try {
    const { target, files, commit } = partial;
    const { backing } = job.spec;
    const linked = backing && { backing: linkedParent(job.path, job.format, backing) };
    const writer = beginImage(target, job.format, { ...job.spec, ...linked, files });
    prepareCounted(writer, partial, job);
    for (const part of writer.parts ?? []) part.writer.finish(0);
    writer.finish(0);
    job.control?.throwIfCancelled();
    const { fileLength, allocated } = partial;
    for (const path of partial.paths) requireReplaceable(path, job);
    commit();
    return { virtualSize: job.spec.size, fileLength, allocated };
  } catch (error) {
    partial.abandon();
    throw error;
  }
}

/** `prepareImage`, with its progress in the control: the files are as long as what was written. */
function prepareCounted(
  writer: ImageWriter,
  partial: PartialFile,
  { control, flush, format, spec }: CreateJob,
): void {
  let written = 0;
  let flushed = 0;
  for (const _ of prepareImage(writer)) {
    if (written === 0)
      control?.setTotal(formatById(format).measure?.(spec).result().fileLength ?? 0);
    const { fileLength } = partial;
    control?.addDone(fileLength - written);
    written = fileLength;
    if (flush && written - flushed >= FLUSH_BYTES) {
      partial.target.flush();
      flushed = written;
    }
    control?.waitWhilePaused();
    control?.throwIfCancelled();
  }
}

/**
 * The writer of a new image. @throws ImageError as Format.create, `unsupported` when the format is
 * only read, and `invalid-argument` when it cannot be compressed and shall be.
 */
export function beginImage(target: ByteTarget, format: FormatId, spec: CreateSpec): ImageWriter {
  const { create, label, compresses } = formatById(format);
  if (!create) throw new ImageError("unsupported", `${label} images cannot be written`);
  if (spec.compress === true && compresses !== true)
    throw new ImageError("invalid-argument", `${label} images cannot be written compressed`);
  return create(target, spec);
}

/** Writes what has to be there before any data, in every file of the image. @throws ImageError `io`. */
export function* prepareImage({ prepare, parts = [] }: ImageWriter): Steps<void> {
  yield* prepare?.() ?? [];
  for (const { writer } of parts) yield* writer.prepare?.() ?? [];
}

import type { FormatId } from "../../../shared/model/format";
import { ImageError } from "../errors";
import type { CreateSpec } from "../formats/format";
import { formatById } from "../formats/registry";
import { createPartial } from "../image/partial-file";
import type { ImageWriter } from "../image/writer";
import type { ByteTarget } from "../io/source";
import { runThrough, type Steps } from "./steps";

/** A new image without data. */
export interface CreateJob {
  readonly path: string;
  readonly format: FormatId;
  readonly spec: CreateSpec;
  /** Replace what is at `path`; otherwise that is an error. */
  readonly replace: boolean;
  /** Force everything down to the disk before the image gets its name. */
  readonly flush: boolean;
}

/**
 * Makes an empty image: written beside, then renamed.
 * @throws ImageError `exists`, `io`, `invalid-argument` for an option or size that the format
 *   cannot have.
 */
export function createImage(job: CreateJob): void {
  const { target, files, commit, abandon } = createPartial(job.path, job);
  try {
    const writer = beginImage(target, job.format, { ...job.spec, files });
    runThrough(prepareImage(writer));
    for (const part of writer.parts ?? []) part.writer.finish(0);
    writer.finish(0);
    commit();
  } catch (error) {
    abandon();
    throw error;
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

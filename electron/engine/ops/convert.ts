import type { FormatId, OptionValues } from "../../../shared/model/format";
import { ImageError } from "../errors";
import type { DiskImage } from "../image/disk-image";
import { openImage, requireWhole, type OpenRequest } from "../image/open-image";
import { createPartial } from "../image/partial-file";
import { fileStatus } from "../io/file";
import type { Control } from "./control";
import type { CopierWork } from "./copier";
import { convertPacked, packingOf } from "./convert-packed";
import { copyData } from "./copy";
import { beginImage } from "./create";
import { runThrough, type Steps } from "./steps";

/** What a conversion is asked to do. */
export interface ConvertJob {
  readonly source: OpenRequest;
  /** Path of the new image. */
  readonly target: string;
  readonly format: FormatId;
  /** Values for the target format's options; what is absent takes the option's default. */
  readonly options: OptionValues;
  /** Store the data compressed; only for a format that `compresses`. */
  readonly compress?: boolean;
  /** Replace what is at `target`; otherwise that is an error. */
  readonly replace: boolean;
  /** Force everything down to the disk before the image gets its name. */
  readonly flush: boolean;
  readonly control: Control;
  /**
   * Starts one thread that runs `copierMain(work)`; `stop` is called when it has nothing more to
   * do. Without it the calling thread copies alone.
   */
  readonly startCopier?: (work: CopierWork) => { stop(): void };
  /**
   * Most threads to start beside the calling one; plain copying never starts more than 1, compressing
   * and decompressing gain from every core. Default 1.
   */
  readonly copiers?: number;
}

/** What came of a conversion, in bytes. */
export interface ConvertResult {
  readonly fileLength: number;
  /** Taken on the host; absent where the host cannot say. */
  readonly allocated?: number;
  /** Guest bytes that were read as data. */
  readonly dataBytes: number;
}

/**
 * Makes the new image: planned, copied, and given its name when complete. Whatever goes wrong,
 * nothing is left.
 * @throws ImageError `exists`, `invalid-argument` (the target is a file of the source's chain, the
 *   format cannot be compressed), `unsupported` (it cannot be written), `cancelled`, and what opening, reading and writing throw.
 */
export function convert(job: ConvertJob): ConvertResult {
  return runThrough(convertInSteps(job));
}

/**
 * `convert`, with a pause after every operation, for a thread that has other things to look after.
 * Ended with `throw`, it leaves nothing either.
 */
export function* convertInSteps(job: ConvertJob): Steps<ConvertResult> {
  const packing = packingOf(job.source);
  return yield* packing ? convertPacked(job, packing, convertOpened) : convertOpened(job);
}

function* convertOpened(job: ConvertJob): Steps<ConvertResult> {
  const image = openImage(job.source);
  try {
    requireWhole(image);
    refuseOwnChain(image, job.target);
    const { target, commit, abandon } = createPartial(job.target, job);
    try {
      const { size } = image;
      const { options, compress = false } = job;
      const writer = beginImage(target, job.format, { size, options, compress });
      const { source, control, startCopier, copiers = 1 } = job;
      const copy = { image, source, target, writer, control, startCopier, copiers };
      const { slots, dataBytes } = yield* copyData(copy);
      requireUnshrunk(image);
      writer.finish(slots);
      control.throwIfCancelled();
      const result = { fileLength: target.size, allocated: target.allocated, dataBytes };
      commit();
      return result;
    } catch (error) {
      abandon();
      throw error;
    }
  } finally {
    image.close();
  }
}

/**
 * Replacing a file of the chain would destroy what is being read, and what other images stand on.
 */
function refuseOwnChain({ layers }: DiskImage, target: string): void {
  const { identity } = fileStatus(target);
  const own = layers
    .flatMap(({ source, otherFiles = [] }) => [source, ...otherFiles])
    .find((each) => identity !== undefined && each.identity === identity);
  if (own === undefined) return;
  throw new ImageError("invalid-argument", `${target} is a file that the conversion reads`, {
    file: own.name,
    hint: "Choose another name.",
  });
}

/**
 * Where a file got shorter meanwhile, the host may have given out its missing end as a hole.
 * @throws `truncated`.
 */
function requireUnshrunk({ layers }: DiskImage): void {
  const last = new Uint8Array(1);
  for (const { source, otherFiles = [] } of layers) {
    for (const file of [source, ...otherFiles]) {
      if (file.size > 0) file.read(file.size - 1, last);
    }
  }
}

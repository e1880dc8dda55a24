import type { FormatId, OptionValues } from "../../../shared/model/format";
import { ImageError } from "../errors";
import type { DiskImage } from "../image/disk-image";
import type { ParentRef } from "../image/layer";
import { requireWhole } from "../image/open-image";
import { createPartial } from "../image/partial-file";
import type { Placement } from "../image/writer";
import { fileStatus } from "../io/file";
import type { ByteSource, ByteTarget } from "../io/source";
import type { Control } from "./control";
import type { CopierWork } from "./copier";
import { convertPacked, packingOf } from "./convert-packed";
import { changedOf } from "./changed-sources";
import { copyBitmaps } from "./copy-bitmaps";
import { copyData } from "./copy";
import { beginImage, prepareImage } from "./create";
import { keptBacking } from "./kept-backing";
import { linkedParent } from "./linked-parent";
import { requireReplaceable, type Replacing } from "./replaceable";
import { openSource, type SourceRequest } from "./source";
import { createSalvageLog, type Salvaged } from "./source/salvage-log";
import { runThrough, type Steps } from "./steps";
import type { PackedStream } from "./stream-packed";
import { requireFits, volumeOf } from "./target-volume";

/** What a conversion is asked to do. */
export interface ConvertJob extends Replacing {
  readonly source: SourceRequest;
  /** Path of the new image. */
  readonly target: string;
  /** Values for the target format's options; what is absent takes the option's default. */
  readonly options: OptionValues;
  /** Store the data compressed; only for a format that `compresses`. */
  readonly compress?: boolean;
  /** Write the whole disk and leave nothing out, zeros included: `-S 0` of qemu-img. */
  readonly keepZeros?: boolean;
  /**
   * The backing file of the new image, as it names it: seen from its own folder. Only what differs is
   * copied.
   */
  readonly backing?: ParentRef;
  /**
   * Depth of the source's layer that becomes the backing file, 1 or more; by `backing` when absent.
   * Given alone, the new image names that layer.
   */
  readonly keepBacking?: number;
  /** Bitmaps of the one source that the new image gets, too; only from qcow2 to qcow2. */
  readonly bitmaps?: readonly string[];
  /** Force everything down to the disk before the image gets its name. */
  readonly flush: boolean;
  /** As PartialOptions.mark: whoever may end this thread can tell its unfinished files by it. */
  readonly mark?: string;
  readonly control: Control;
  /**
   * Told before anything is written that zeros which are left out will take space all the same, and
   * on what kind of file system.
   */
  readonly onThick?: (fileSystem: string) => void;
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

/** What came of a conversion, in bytes; of an image of several files, all of them together. */
export interface ConvertResult {
  /** Of the disk that was copied. */
  readonly virtualSize: number;
  readonly fileLength: number;
  /** Taken on the host; absent where the host cannot say. */
  readonly allocated?: number;
  /** Guest bytes that were read as data. */
  readonly dataBytes: number;
  /** What could not be read and became zeros; there when salvaging was asked for. */
  readonly salvaged?: Salvaged;
  /** Files of the source that were written to while it was read; absent when none was. */
  readonly sourceChanged?: readonly string[];
}

/**
 * Makes the new image: planned, copied, and given its name when complete. Whatever goes wrong,
 * nothing is left.
 * @throws ImageError `exists`, `in-use`, `invalid-argument` (the target is a file of the source's chain, the
 *   format cannot be compressed), `limit` (longer than a file can be there), `unsupported` (it cannot be written), `cancelled`, and what opening, reading and writing throw.
 */
export function convert(job: ConvertJob): ConvertResult {
  return runThrough(convertInSteps(job));
}

/**
 * `convert`, with a pause after every operation, for a thread that has other things to look after.
 * Ended with `throw`, it leaves nothing either.
 */
export function* convertInSteps(job: ConvertJob): Steps<ConvertResult> {
  const { images } = job.source;
  const [only] = images;
  requireReplaceable(job.target, job);
  const packing = only && images.length === 1 ? packingOf(only) : undefined;
  return yield* only && packing
    ? convertPacked(job, only, packing, convertOpened)
    : convertOpened(job);
}

/** @param stream What to read instead of opening the source, by this thread alone. */
function* convertOpened(job: ConvertJob, stream?: PackedStream): Steps<ConvertResult> {
  const { source, control } = job;
  const log = source.salvage === true ? createSalvageLog() : undefined;
  const checkpoint = (): void => control.throwIfCancelled();
  const image = stream?.image ?? openSource(source, { ...(log && { log }), checkpoint });
  try {
    requireWhole(image);
    refuseOwnChain(image, job.target);
    const { backing, keep } = keptBacking(image, job) ?? {};
    const linked = backing && { backing: linkedParent(job.target, job.format, backing) };
    const partial = createPartial(job.target, job);
    const { target, files, commit, abandon } = partial;
    try {
      const { size } = image;
      const { options, compress = false, keepZeros = false } = job;
      const writer = beginImage(target, job.format, {
        size,
        options,
        compress,
        files,
        ...linked,
      });
      if (keep !== undefined && writer.zeroed === undefined) throw cannotKeep(job.format);
      // The names of further files are known only now.
      for (const path of partial.paths) refuseOwnChain(image, path);
      const volume = volumeOf(job.target);
      // How long it gets on a backing file shows only when it is written.
      const unknown = compress || keep !== undefined;
      const planned = { path: job.target, format: job.format, options, keepZeros };
      requireFits(image, { ...planned, compress: unknown, parts: writer.parts }, volume, control);
      const leavesHoles = !keepZeros && writer.placement.kind === "linear";
      if (leavesHoles && volume.keepsHoles === false) job.onThick?.(volume.kind);
      if (volume.keepsHoles === true && !writer.parts) lengthen(target, writer.placement, size);
      const parts = writer.parts ?? [{ from: 0, length: size, target, writer }];
      const { startCopier, copiers = 1 } = stream === undefined ? job : { copiers: 0 };
      for (const step of prepareImage(writer)) {
        control.throwIfCancelled();
        yield step;
      }
      const how = { keepZeros, ...(keep !== undefined && { keep }), startCopier, copiers };
      const copy = { image, source, log, parts, control, ...how };
      const { dataBytes } = yield* copyData(copy);
      // What is salvaged may end where it likes.
      if (log === undefined) requireUnshrunk(image);
      if (writer.parts) writer.finish(0);
      stream?.end();
      const [layer] = image.layers;
      if (layer !== undefined) copyBitmaps(layer, target, job.bitmaps ?? []);
      control.throwIfCancelled();
      const { fileLength, allocated } = partial;
      const salvaged = log && { salvaged: log.result() };
      for (const path of partial.paths) requireReplaceable(path, job);
      const changed = changedOf(filesOf(image));
      commit();
      return { virtualSize: size, fileLength, allocated, dataBytes, ...salvaged, ...changed };
    } catch (error) {
      abandon();
      throw error;
    }
  } finally {
    image.close();
  }
}

/**
 * Gives the file the length that a disk of `size` bytes takes in it: what is written then need not move
 * its end, which is quicker. Only where holes take no space; elsewhere they would be filled for it.
 */
function lengthen(target: ByteTarget, placement: Placement, size: number): void {
  if (placement.kind !== "linear") return;
  const end = placement.base + size;
  if (target.size < end) target.truncate(end);
}

/** The error for an image that cannot say of a block whether the backing file answers for it. */
function cannotKeep(format: FormatId): ImageError {
  return new ImageError(
    "unsupported",
    `Such a ${format} image cannot be written on a backing file`,
    {
      hint: "Choose preallocation off, or an image in one file.",
    },
  );
}

/**
 * Replacing a file of the chain would destroy what is being read, and what other images stand on.
 */
function refuseOwnChain({ layers }: DiskImage, target: string): void {
  const { identity } = fileStatus(target);
  const own = filesOf({ layers }).find(
    (each) => identity !== undefined && each.identity === identity,
  );
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
export function requireUnshrunk(image: DiskImage): void {
  const last = new Uint8Array(1);
  for (const file of filesOf(image)) if (file.size > 0) file.read(file.size - 1, last);
}

/** All files that an image is read from. */
const filesOf = ({ layers }: Pick<DiskImage, "layers">): ByteSource[] =>
  layers.flatMap(({ source, otherFiles = [] }) => [source, ...otherFiles]);

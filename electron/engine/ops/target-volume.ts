import type { FormatId } from "../../../shared/model/format";
import { ImageError } from "../errors";
import type { DiskImage } from "../image/disk-image";
import type { WriterPart } from "../image/writer";
import type { CreateSpec } from "../formats/format";
import { freeSpace } from "../io/file";
import { fileSystemOf, type FileSystem } from "../io/file-systems";
import type { Control } from "./control";
import { beginMeasure, blockTeller, measureImage, type MeasureTarget } from "./measure";
import { storedExtents } from "./stored-extents";

/** The file system that a new file at `path` comes to lie on. */
export function volumeOf(path: string): FileSystem {
  const { type = 0, blockSize = 0 } = freeSpace(path) ?? {};
  return fileSystemOf(type, blockSize, process.platform);
}

/** What is about to be written. */
export interface NewImage extends MeasureTarget {
  readonly path: string;
  /** The files that hold its data, when that is not the one file at `path`. */
  readonly parts?: readonly Pick<WriterPart, "length" | "writer">[] | undefined;
  readonly compress?: boolean;
  readonly keepZeros?: boolean;
}

/**
 * Passes unless a file that the conversion would write is longer than the file system takes. Only
 * where that hangs on which of the stored bytes are zeros are they read for it; the length of a
 * compressed image is not known before and passes where it may fit, as does a format that is not
 * measured.
 * @param control Cancels.
 * @throws ImageError `limit`, and as reading the image and measuring do.
 */
export function requireFits(
  image: DiskImage,
  target: NewImage,
  { kind, largestFile = Infinity }: FileSystem,
  control: Control,
): void {
  if (largestFile === Infinity) return;
  if (target.parts) {
    for (const { length, writer } of target.parts) {
      // The others are kept short by their format.
      const end = writer.placement.kind === "linear" ? writer.placement.base + length : 0;
      if (end > largestFile) throw tooLong(target.path, end, kind, largestFile);
    }
    return;
  }
  const spec = { size: image.size, options: target.options };
  if (!isMeasured(target.format, spec)) return;
  const fits = (length: number): boolean => length <= largestFile;
  const fileLength = (stored: Iterable<readonly [at: number, length: number]>): number => {
    const measurer = beginMeasure(target.format, spec);
    const tell = blockTeller(measurer);
    for (const [at, length] of stored) tell(at, length);
    return measurer.result().fileLength;
  };

  if (fits(beginMeasure(target.format, spec).result().fullyAllocated)) return;
  const least = target.keepZeros === true ? fileLength([[0, image.size]]) : fileLength([]);
  if (!fits(least)) throw tooLong(target.path, least, kind, largestFile);
  if (target.compress === true || fits(fileLength(storedStretches(image)))) return;
  const throwIfCancelled = (): void => control.throwIfCancelled();
  const quiet = { throwIfCancelled, setTotal: ignore, addDone: ignore };
  const [exact] = measureImage(image, [target], quiet);
  if (exact && !fits(exact.fileLength))
    throw tooLong(target.path, exact.fileLength, kind, largestFile);
}

/** Whether what such an image takes can be told from what is stored in it. */
function isMeasured(format: FormatId, spec: CreateSpec): boolean {
  try {
    beginMeasure(format, spec);
    return true;
  } catch (error) {
    if (error instanceof ImageError && error.code === "unsupported") return false;
    throw error;
  }
}

const ignore = (): void => undefined;

function* storedStretches(image: DiskImage): Generator<readonly [number, number]> {
  for (const { at, run } of storedExtents(image)) yield [at, run.length];
}

function tooLong(path: string, length: number, kind: string, most: number): ImageError {
  return new ImageError("limit", `${path} would be longer than a file can be on ${kind}`, {
    file: path,
    expected: `at most ${most} bytes`,
    found: length,
    hint: "Choose a place on another file system, or a format that splits or compresses.",
  });
}

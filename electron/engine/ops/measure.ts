import type { FormatId, OptionValues } from "../../../shared/model/format";
import type { MeasuredVariant } from "../../../shared/model/measure";
import { ImageError } from "../errors";
import type { CreateSpec, Measure, Measurer } from "../formats/format";
import { formatById, formats } from "../formats/registry";
import type { DiskImage } from "../image/disk-image";
import { requireWhole, type OpenRequest } from "../image/open-image";
import type { Placement } from "../image/writer";
import type { Control } from "./control";
import { createCopyBuffer } from "./copy-buffer";
import { copyOperation, type CopyPlace } from "./copy-operation";
import { measureEncoded } from "./measure-compressed";
import { operationsOf, piecesOf } from "./plan";
import { openSource } from "./source";

/** What an image could become. */
export interface MeasureTarget {
  readonly format: FormatId;
  /** Values for the format's options; what is absent takes the option's default. */
  readonly options: OptionValues;
  /** Store the data compressed; not, when absent. */
  readonly compress?: boolean;
}

/** What measuring needs of a control. */
type MeasureControl = Pick<Control, "throwIfCancelled" | "setTotal" | "addDone">;

/**
 * What `convert` would make of the image, for every target, in one pass over its data: zeros are
 * found and left out as `convert` does. Compressed targets take a sample besides. The control counts
 * the bytes that are read, and cancels.
 * @throws ImageError as `convert`; a broken link's own error.
 */
export function measureImage(
  image: DiskImage,
  targets: readonly MeasureTarget[],
  control: MeasureControl,
): Measure[] {
  requireWhole(image);
  const measurements = targets.map((target) => beginMeasurement(image, target));
  tellStored(image, measurements, control);
  return measurements.map(({ result }) => result(control));
}

/**
 * Opens an image, measures it for every variant that the formats offer, and closes it again. Those
 * that cannot be made of a disk of its size are left out.
 * @param size Bytes to grow the disk to; not below its own.
 * @param further Also the variants that the Overview leaves out.
 * @throws ImageError as `measureImage`, and when the image cannot be opened.
 */
export function measureVariants(
  request: OpenRequest,
  control: Control,
  size?: number,
  further = false,
): MeasuredVariant[] {
  const image = openSource({ images: [request], ...(size !== undefined && { size }) });
  try {
    requireWhole(image);
    const begun = formats.flatMap(({ id, label, variants = [], furtherVariants = [] }) =>
      [...variants, ...(further ? furtherVariants : [])].flatMap(
        ({ name, provisioning, options, compress = false }) => {
          const target = { format: id, options, compress };
          const measurement = ifPossible(() => beginMeasurement(image, target));
          if (measurement === undefined) return [];
          return [{ ...measurement, about: { ...target, label, variant: name, provisioning } }];
        },
      ),
    );
    tellStored(image, begun, control);
    return begun.flatMap(({ result, about }) => {
      const measured = ifPossible(() => result(control));
      if (measured === undefined) return [];
      const { fileLength, allocated, fullyAllocated, estimated } = measured;
      const sizes = { fileLength, allocated, fullyAllocated, ...(estimated && { estimated }) };
      return [{ ...about, ...sizes }];
    });
  } finally {
    image.close();
  }
}

/**
 * Opens an image, measures it for one target, and closes it again.
 * @param size Bytes to grow the disk to; not below its own.
 * @throws ImageError as `measureImage`, and when the image cannot be opened.
 */
export function measureTarget(
  request: OpenRequest,
  target: MeasureTarget,
  control: Control,
  size?: number,
): Measure {
  const image = openSource({ images: [request], ...(size !== undefined && { size }) });
  try {
    const [measured] = measureImage(image, [target], control);
    if (measured === undefined) throw new Error("One target has one measure");
    return measured;
  } finally {
    image.close();
  }
}

/** How one target is measured. */
interface Measurement {
  /** Is told of all that is stored; absent for a target that takes a sample by itself. */
  readonly measurer?: Measurer;
  /** Bytes that `result` reads. */
  readonly total: number;
  result(control: MeasureControl): Measure;
}

/** @throws ImageError as `beginMeasure`. */
function beginMeasurement(
  image: DiskImage,
  { format, options, compress = false }: MeasureTarget,
): Measurement {
  const spec = { size: image.size, options };
  const encoded = measureEncoded(image, format, { ...spec, compress });
  if (encoded === undefined) {
    const measurer = beginMeasure(format, spec);
    return { measurer, total: 0, result: () => measurer.result() };
  }
  return {
    total: encoded.total,
    result(control) {
      const measured = encoded.run(control);
      // What the guest writes is not compressed; where it cannot write, nothing is added.
      const filled = ifPossible(() => beginMeasure(format, spec).result());
      return { fullyAllocated: filled?.fullyAllocated ?? measured.fileLength, ...measured };
    },
  };
}

/**
 * The measurer of a new image. @throws ImageError as Format.measure, and `unsupported` when the format
 * is only read.
 */
export function beginMeasure(format: FormatId, spec: CreateSpec): Measurer {
  const { measure, label } = formatById(format);
  if (measure) return measure(spec);
  throw new ImageError("unsupported", `${label} images cannot be measured`);
}

/**
 * Tells a measurer of stretches of stored bytes, in ascending order, as blocks: each block once,
 * however many stretches touch it.
 */
export function blockTeller({ blockSize, add }: Measurer): (at: number, length: number) => void {
  let next = 0;
  return (at, length) => {
    const from = Math.max(next, Math.floor(at / blockSize));
    const to = Math.ceil((at + length) / blockSize);
    if (to <= from) return;
    next = to;
    add(from, to - from);
  };
}

/**
 * Reads all data of the image once, and tells every measurer which of its blocks are not zero. What
 * the measurements read by themselves is added to the control's total.
 */
function tellStored(
  image: DiskImage,
  measurements: readonly Measurement[],
  control: MeasureControl,
): void {
  let total = measurements.reduce((sum, each) => sum + each.total, 0);
  const measurers = measurements.flatMap(({ measurer }) => measurer ?? []);
  const [first, ...others] = measurers;
  if (first === undefined) {
    control.setTotal(total);
    return;
  }
  const tellers = measurers.map(blockTeller);
  const blockSize = others.reduce(
    (size, measurer) => greatestCommonDivisor(size, measurer.blockSize),
    first.blockSize,
  );
  // A conversion to nowhere, that leaves out zeros as finely as any of the targets wants to know.
  const placement: Placement = { kind: "linear", base: 0, blockSize };
  const place: CopyPlace = {
    placement,
    size: image.size,
    buffer: createCopyBuffer(),
    read: (_piece, at, into) => image.read(at, into),
    write(at, from) {
      for (const tell of tellers) tell(at, from.length);
    },
    takeSlots: () => 0,
    checkpoint: () => control.throwIfCancelled(),
  };
  for (const { length } of piecesOf(image)) {
    control.throwIfCancelled();
    total += length;
  }
  control.setTotal(total);
  for (const operation of operationsOf(piecesOf(image), placement)) {
    copyOperation(operation, place);
    control.addDone(operation.dataBytes);
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** What `attempt` gives; undefined when such an image cannot be. */
function ifPossible<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof ImageError && impossible.has(error.code)) return undefined;
    throw error;
  }
}

const impossible: ReadonlySet<string> = new Set(["invalid-argument", "limit", "unsupported"]);

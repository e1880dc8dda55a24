import {
  createControl,
  estimateImage,
  estimateSize,
  formatById,
  ImageError,
  measureImage,
  measureNew,
  type DiskImage,
  type Estimate,
  type MeasureTarget,
} from "../engine";
import type { FormatId } from "../../shared/model/format";
import type { MeasuredSize } from "../../shared/model/measure";
import { readArguments, type OptionTable } from "./arguments";
import { atSnapshot } from "./convert";
import { checkList } from "./create-options";
import { CommandError } from "./errors";
import { HelpWanted } from "./help";
import { formatJson } from "./json";
import { errorText, measureAll, measureRow, printRows, readRowOptions } from "./measure-all";
import { readMeasureOptions, type MeasureOptions } from "./measure-options";
import { formatNamed, openChain, type ImageArgument, refuseNeverCreated } from "./open";
import { readOutputKind, unsupported } from "./option-values";
import { print } from "./output";
import { sizeArgument } from "./sizes";
import { readSnapshotChoice, type SnapshotChoice } from "./snapshot-choice";
import { createSourceOptions, type SourceOptions } from "./source-options";
import { plainReason } from "./wording";

const options: OptionTable = {
  flags: "hU",
  valued: "foOl",
  long: {
    help: { as: "h" },
    output: { as: "output", valued: true },
    size: { as: "size", valued: true },
    object: { as: "--object", valued: true },
    "image-opts": { as: "--image-opts" },
    "force-share": { as: "U" },
    all: { as: "all" },
    trust: { as: "trust" },
    member: { as: "member", valued: true },
  },
};

/** What was asked for. */
interface MeasureArguments {
  readonly files: readonly string[];
  /** The values of -f, -O and --output. */
  readonly values: ReadonlyMap<string, string>;
  readonly lists: readonly string[];
  /** --size in bytes. */
  readonly size?: bigint;
  /** -l. */
  readonly snapshot?: SnapshotChoice;
  readonly all: boolean;
  readonly source: SourceOptions;
}

/** `measure`: what a new image would take. Returns the exit code. */
export function measure(args: readonly string[]): number {
  const asked = readMeasureArguments(args);
  const json = asked.values.get("output") === "json";
  if (asked.all) printAll(asked, json);
  else printEstimate(estimateOf(asked), json);
  return 0;
}

function readMeasureArguments(args: readonly string[]): MeasureArguments {
  const values = new Map<string, string>();
  const lists: string[] = [];
  let size: bigint | undefined;
  let all = false;
  let snapshot: SnapshotChoice | undefined;
  const source = createSourceOptions();
  const files = readArguments("measure", args, options, (option, value) => {
    if (option === "h") throw new HelpWanted();
    else if (option === "o") {
      checkList(value);
      lists.push(value);
    } else if (option === "output") values.set(option, readOutputKind(value));
    else if (option === "size") size = sizeArgument("image size", value);
    else if (option === "f" || option === "O") values.set(option, value);
    else if (option === "l") snapshot = readSnapshotChoice(value);
    else if (option === "all") all = true;
    else if (source.take(option, value)) return;
    else if (option !== "U") throw unsupported("measure", option);
  });
  return {
    files,
    values,
    lists,
    all,
    source,
    ...(size !== undefined && { size }),
    ...(snapshot && { snapshot }),
  };
}

/** The image of the command line; undefined when a size stands for it. @throws CommandError */
function imageOf(asked: MeasureArguments): ImageArgument | undefined {
  const { files, values, size, source, snapshot } = asked;
  const [name, ...more] = files;
  const format = values.get("f");
  if (more.length > 0) throw new CommandError("At most one filename argument is allowed.");
  if (
    name === undefined &&
    (format !== undefined || snapshot || source.image("", undefined).asOptions)
  )
    throw new CommandError("--image-opts, -f, and -l require a filename argument.");
  if (name === undefined && size === undefined)
    throw new CommandError("Either --size N or one filename must be specified.");
  if (name !== undefined && size !== undefined)
    throw new CommandError("--size N cannot be used together with a filename.");
  if (name === undefined) return undefined;
  const image = source.image(name, format);
  return snapshot ? atSnapshot(image, snapshot) : image;
}

/** What is printed: `estimated` where a sample of the data stands for all of it. */
type Answer = Estimate & Pick<MeasuredSize, "estimated">;

/** What a new image of one format takes. @throws CommandError */
function estimateOf(asked: MeasureArguments): Answer {
  const argument = imageOf(asked);
  const { size = 0n } = asked;
  // What is wrong with the source is told before what is wrong with the target.
  const image = argument && openChain(argument).image;
  try {
    const format = targetFormat(asked.values.get("O") ?? "raw");
    const chosen = readMeasureOptions(format, asked.lists.join(","));
    const target = { format, options: chosen.values };
    return told(format, () => {
      if (image) return adjusted(ofImage(image, target), chosen, true);
      if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw tooLarge(format);
      return adjusted(ofSize(Number(size), target), chosen, false);
    });
  } finally {
    image?.close();
  }
}

/** @throws CommandError for a format that is unknown, or whose sizes are not foretold. */
function targetFormat(name: string): FormatId {
  refuseNeverCreated(name);
  const format = formatNamed(name);
  if (format === undefined) throw new CommandError(`Unknown file format '${name}'`);
  if (formatById(format).measure !== undefined) return format;
  throw new CommandError(`Block driver '${name}' does not support size measurement`);
}

/** As `estimateImage`; a target whose data is encoded is measured by its data, which is read. */
function ofImage(image: DiskImage, target: MeasureTarget): Answer {
  try {
    return estimateImage(image, target);
  } catch (error) {
    if (!hangsOnData(error)) throw error;
    const [measured] = measureImage(image, [target], createControl());
    if (measured === undefined) throw error;
    const { fileLength, fullyAllocated, estimated } = measured;
    return { required: fileLength, fullyAllocated, ...(estimated && { estimated }) };
  }
}

/** As `estimateSize`, for every target. */
function ofSize(size: number, target: MeasureTarget): Answer {
  try {
    return estimateSize(size, target);
  } catch (error) {
    if (!hangsOnData(error)) throw error;
    const { fileLength, fullyAllocated } = measureNew(target.format, {
      size,
      options: target.options,
    });
    return { required: fileLength, fullyAllocated };
  }
}

/** Whether only the data tells how long the file gets. */
const hangsOnData = (error: unknown): boolean =>
  error instanceof ImageError && error.code === "unsupported";

/** The engine's answer as qemu-img gives it for options that change no table. */
function adjusted(
  { required, fullyAllocated, bitmaps, estimated }: Answer,
  { full, overlay, withoutBitmaps }: MeasureOptions,
  hasImage: boolean,
): Answer {
  const whole = full || (overlay && hasImage);
  return {
    required: whole ? fullyAllocated : required,
    fullyAllocated,
    ...(bitmaps !== undefined && !withoutBitmaps && { bitmaps }),
    ...(estimated && { estimated }),
  };
}

function told<T>(format: FormatId, estimate: () => T): T {
  try {
    return estimate();
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw error.code === "invalid-argument" && format === "qcow2"
      ? tooLarge(format)
      : new CommandError(plainReason(error));
  }
}

function tooLarge(format: FormatId): CommandError {
  const hint = format === "qcow2" ? " (try using a larger cluster size)" : "";
  return new CommandError(`The image size is too large${hint}`);
}

function printEstimate(
  { required, fullyAllocated, bitmaps, estimated }: Answer,
  json: boolean,
): void {
  if (json) {
    const keys = { bitmaps, required, "fully-allocated": fullyAllocated, estimated };
    print(`${formatJson(keys)}\n`);
    return;
  }
  print(`required size: ${required}\nfully allocated size: ${fullyAllocated}\n`);
  if (bitmaps !== undefined) print(`bitmaps size: ${bitmaps}\n`);
  if (estimated)
    print(`estimated: from ${estimated.sampled} bytes of the data, ${errorText(estimated)}\n`);
}

/** `--all`, Lamina's own: what an image takes as convert writes it. */
function printAll(asked: MeasureArguments, json: boolean): void {
  const { values, lists } = asked;
  const argument = imageOf(asked);
  if (argument === undefined) throw new CommandError("--all requires a filename argument.");
  const only = values.get("O");
  const format = only === undefined ? undefined : targetFormat(only);
  if (lists.length > 0 && format === undefined)
    throw new CommandError("--all with -o requires -O.");
  const options = lists.length > 0 && format && readRowOptions(format, lists.join(","));
  // What is wrong with the source is told in qemu-img's words.
  openChain(argument).image.close();
  const measured = told(format ?? "raw", () =>
    options && format ? [measureRow(argument, format, options)] : measureAll(argument, format),
  );
  printRows(measured, json);
}

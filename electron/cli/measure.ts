import {
  createControl,
  estimateImage,
  estimateSize,
  formatById,
  ImageError,
  measureVariants,
  type Estimate,
} from "../engine";
import type { FormatId } from "../../shared/model/format";
import type { MeasuredVariant } from "../../shared/model/measure";
import { readArguments, type OptionTable } from "./arguments";
import { atSnapshot } from "./convert";
import { checkList } from "./create-options";
import { CommandError } from "./errors";
import { HelpWanted } from "./help";
import { formatJson } from "./json";
import { readMeasureOptions, type MeasureOptions } from "./measure-options";
import { formatNamed, openChain, openRequest, type ImageArgument } from "./open";
import { readOutputKind, unsupported } from "./option-values";
import { print } from "./output";
import { humanSize, sizeArgument } from "./sizes";
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

/** What a new image of one format takes. @throws CommandError */
function estimateOf(asked: MeasureArguments): Estimate {
  const argument = imageOf(asked);
  const { size = 0n } = asked;
  // What is wrong with the source is told before what is wrong with the target.
  const image = argument && openChain(argument).image;
  try {
    const format = targetFormat(asked.values.get("O") ?? "raw");
    const chosen = readMeasureOptions(format, asked.lists.join(","));
    const target = { format, options: chosen.values };
    return told(format, () => {
      if (image) return adjusted(estimateImage(image, target), chosen, true);
      if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw tooLarge(format);
      return adjusted(estimateSize(Number(size), target), chosen, false);
    });
  } finally {
    image?.close();
  }
}

/** @throws CommandError for a format that is unknown, or whose sizes are not foretold. */
function targetFormat(name: string): FormatId {
  const format = formatNamed(name);
  if (format === undefined) throw new CommandError(`Unknown file format '${name}'`);
  if (formatById(format).measure !== undefined) return format;
  throw new CommandError(`Block driver '${name}' does not support size measurement`);
}

/** The engine's answer as qemu-img gives it for options that change no table. */
function adjusted(
  { required, fullyAllocated, bitmaps }: Estimate,
  { full, overlay, withoutBitmaps }: MeasureOptions,
  ofImage: boolean,
): Estimate {
  const whole = full || (overlay && ofImage);
  return {
    required: whole ? fullyAllocated : required,
    fullyAllocated,
    ...(bitmaps !== undefined && !withoutBitmaps && { bitmaps }),
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

function printEstimate({ required, fullyAllocated, bitmaps }: Estimate, json: boolean): void {
  if (json) {
    const keys = { bitmaps, required, "fully-allocated": fullyAllocated };
    print(`${formatJson(keys)}\n`);
    return;
  }
  print(`required size: ${required}\nfully allocated size: ${fullyAllocated}\n`);
  if (bitmaps !== undefined) print(`bitmaps size: ${bitmaps}\n`);
}

/** `--all`, Lamina's own: what every format would take, as convert writes it; all data is read. */
function printAll(asked: MeasureArguments, json: boolean): void {
  const { values, lists } = asked;
  const argument = imageOf(asked);
  if (argument === undefined) throw new CommandError("--all requires a filename argument.");
  if (lists.length > 0) throw new CommandError("--all cannot be used together with -o.");
  const only = values.get("O");
  const format = only === undefined ? undefined : targetFormat(only);
  // What is wrong with the source is told in qemu-img's words.
  openChain(argument).image.close();
  const measured = told("raw", () => measureVariants(openRequest(argument), createControl()));
  const shown = measured.filter((each) => format === undefined || each.format === format);
  if (json) print(`${formatJson(shown.map(jsonVariant))}\n`);
  else printTable(shown);
}

function jsonVariant({
  format,
  variant,
  provisioning,
  options: chosen,
  ...sizes
}: MeasuredVariant) {
  return {
    format,
    variant,
    provisioning,
    options: chosen,
    "file-length": sizes.fileLength,
    allocated: sizes.allocated,
    "fully-allocated": sizes.fullyAllocated,
  };
}

function printTable(measured: readonly MeasuredVariant[]): void {
  const head = ["Format", "Variant", "Provisioning", "File length", "Allocated", "Fully allocated"];
  const rows = measured.map(({ format, variant, provisioning, ...sizes }) => [
    format,
    variant,
    provisioning,
    humanSize(sizes.fileLength),
    humanSize(sizes.allocated),
    humanSize(sizes.fullyAllocated),
  ]);
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  for (const row of [head, ...rows])
    print(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd()}\n`,
    );
}

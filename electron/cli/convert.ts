import { createControl, fileStatus, formatById, ImageError, type ConvertJob } from "../engine";
import { mostCopiers } from "../workers/start-copier";
import { readArguments, type OptionTable } from "./arguments";
import { convertInTurns } from "./convert-in-turns";
import { asksForHelp, checkList, engineValues, readCreateOptions } from "./create-options";
import { CommandError } from "./errors";
import { checkOptions } from "./format-rules";
import { HelpWanted } from "./help";
import { pathOf } from "./names";
import {
  openAlone,
  openChain,
  openRequest,
  formatName,
  requireFormat,
  type ImageArgument,
} from "./open";
import { printOptionHelp } from "./option-help";
import { checkSparseSize, checkThreads, isCacheMode, unsupported } from "./option-values";
import { createProgress } from "./progress";
import { findSnapshot, readSnapshotChoice, type SnapshotChoice } from "./snapshot-choice";
import { createSourceOptions } from "./source-options";
import { conversionReason } from "./wording";

const options: OptionTable = {
  flags: "hCcpqnWU",
  valued: "fOBFolStTmr",
  long: {
    help: { as: "h" },
    object: { as: "--object", valued: true },
    "image-opts": { as: "--image-opts" },
    "target-image-opts": { as: "--target-image-opts" },
    "target-is-zero": { as: "--target-is-zero" },
    "force-share": { as: "U" },
    salvage: { as: "--salvage" },
    bitmaps: { as: "--bitmaps" },
    "skip-broken-bitmaps": { as: "--skip-broken-bitmaps" },
    trust: { as: "trust" },
  },
};

/** Options whose value is kept, and options that are kept as they are; all else is refused. */
const kept = new Set(["f", "O", "t", "T"]);
const keptFlags = new Set(["c", "p", "q", "U", "W"]);

/** What was asked for. */
interface ConvertArguments {
  readonly source: ImageArgument;
  readonly target: string;
  readonly outputFormat: string;
  readonly optionList: string;
  /** How the target is cached (-t) and the source (-T). */
  readonly cache: string;
  readonly sourceCache: string;
  readonly compress: boolean;
}

/** `convert`: a new image with what the guest sees of another. Returns the exit code. */
export async function convert(args: readonly string[]): Promise<number> {
  const values = new Map<string, string>();
  const lists: string[] = [];
  const flags = new Set<string>();
  const opening = createSourceOptions();
  let choice: SnapshotChoice | undefined;
  const operands = readArguments("convert", args, options, (option, value) => {
    if (option === "h") throw new HelpWanted();
    else if (option === "o") {
      checkList(value);
      lists.push(value);
    } else if (option === "m") checkThreads(value);
    else if (option === "S") checkSparseSize(value);
    else if (option === "l") choice = readSnapshotChoice(value);
    else if (opening.take(option, value)) return;
    else if (kept.has(option)) values.set(option, value);
    else if (keptFlags.has(option)) flags.add(option);
    else throw unsupported("convert", option);
  });
  const outputFormat = values.get("O") ?? "raw";
  const optionList = lists.join(",");
  if (asksForHelp(optionList)) {
    printOptionHelp(requireFormat(outputFormat));
    return 0;
  }
  const [name, target, ...more] = operands;
  if (name === undefined || target === undefined)
    throw new CommandError("Must specify image file name");
  if (more.length > 0)
    throw new CommandError("convert: several source images are not supported by this version");
  const image = opening.image(name, values.get("f"));
  const source = choice === undefined ? image : atSnapshot(image, choice);
  const cache = values.get("t") ?? "unsafe";
  const sourceCache = values.get("T") ?? "writeback";
  const progress = createProgress(flags.has("p") && !flags.has("q"), 1);
  try {
    progress.show(0, 1);
    const compress = flags.has("c");
    const job = jobOf({ source, target, outputFormat, optionList, cache, sourceCache, compress });
    await convertInTurns(job, progress);
    progress.show(1, 1);
  } catch (error) {
    const known = error instanceof CommandError || error instanceof ImageError;
    // What is wrong with the source is told first, and with its own words.
    if (known) openChain(source).image.close();
    if (!(error instanceof ImageError)) throw error;
    throw new CommandError(conversionReason(error, target, outputFormat));
  } finally {
    progress.end();
  }
  return 0;
}

/** The image as its snapshot; looks into it to find that. @throws CommandError */
function atSnapshot(image: ImageArgument, choice: SnapshotChoice): ImageArgument {
  const layer = openAlone(image);
  try {
    const { format, facts } = layer;
    if (formatById(format).snapshots === true)
      return { ...image, snapshot: findSnapshot(facts.snapshots, choice) };
    throw new CommandError(
      `Failed to load snapshot: Block format '${formatName(layer)}' used by device '' does not ` +
        "support temporarily loading internal snapshots",
    );
  } catch (error) {
    // What else is wrong with the source is told first.
    openChain(image).image.close();
    throw error;
  } finally {
    layer.close();
  }
}

/** Checks all that concerns the target. @throws CommandError */
function jobOf(wanted: ConvertArguments): Omit<ConvertJob, "startCopier"> {
  const { cache, sourceCache, target } = wanted;
  if (!isCacheMode(cache)) throw new CommandError(`Invalid cache option: ${cache}`);
  if (!isCacheMode(sourceCache))
    throw new CommandError(`Invalid source cache option: ${sourceCache}`);
  const format = requireFormat(wanted.outputFormat);
  if (wanted.compress && formatById(format).compresses !== true)
    throw new CommandError("Compression not supported for this file format");
  const path = pathOf(target);
  const chosen = readCreateOptions(format, wanted.optionList);
  for (const name of ["backing_file", "backing_fmt"]) {
    if (chosen.has(name))
      throw new CommandError(`convert: option '${name}' is not supported by this version`);
  }
  const failed = (reason: string): CommandError =>
    new CommandError(`${target}: error while converting ${format}: ${reason}`);
  checkOptions(format, chosen, failed);
  const options = engineValues(format, chosen);
  if (fileStatus(path).kind === "folder")
    throw failed(`Could not create '${target}': Is a directory`);
  return {
    source: { images: [openRequest(wanted.source)] },
    target: path,
    format,
    options,
    replace: true,
    flush: cache !== "unsafe",
    compress: wanted.compress,
    copiers: mostCopiers(),
    control: createControl(),
  };
}

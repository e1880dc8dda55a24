import { dirname } from "node:path";
import { createControl, fileStatus, formatById, ImageError, type ConvertJob } from "../engine";
import type { FormatId } from "../../shared/model/format";
import { mostCopiers } from "../workers/start-copier";
import { readArguments, type OptionTable } from "./arguments";
import { checkBitmapWish, chosenBitmaps, type BitmapWish } from "./chosen-bitmaps";
import { convertInTurns } from "./convert-in-turns";
import type { StartCopier } from "./copier-thread";
import {
  checkBacking,
  checkBackingFormat,
  takeBacking,
  type BackingArguments,
} from "./backing-options";
import {
  asksForHelp,
  checkList,
  engineValues,
  readCreateOptions,
  type CreateOptions,
} from "./create-options";
import { CommandError } from "./errors";
import { checkOptions, isCompressedItsOwnWay } from "./format-rules";
import { existingTarget } from "./existing-target";
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
import { isCacheMode, readRate, readSparseSize, readThreads, unsupported } from "./option-values";
import { printWarning } from "./output";
import { createPace } from "./pace";
import { createProgress } from "./progress";
import { warnOfChanged, warnOfSalvaged } from "./salvaged";
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
    member: { as: "member", valued: true },
  },
};

/** Options whose value is kept, and options that are kept as they are; all else is refused. */
const kept = new Set(["f", "O", "t", "T", "B", "F"]);
const keptFlags = new Set(
  "C c n p q U W --bitmaps --salvage --skip-broken-bitmaps --target-is-zero".split(" "),
);

/** What was asked for. */
interface ConvertArguments extends BackingArguments {
  readonly sources: readonly ImageArgument[];
  readonly target: string;
  readonly outputFormat: string;
  readonly optionList: string;
  /** How the target is cached (-t). */
  readonly cache: string;
  readonly compress: boolean;
  readonly keepZeros: boolean;
  readonly salvage: boolean;
  readonly bitmaps: BitmapWish;
  /** How many threads to work with (-m); undefined for as many as are good. */
  readonly threads: number | undefined;
}

/** `convert`: a new image with what the guest sees of others. Returns the exit code. */
export async function convert(args: readonly string[], startCopier: StartCopier): Promise<number> {
  const values = new Map<string, string>();
  const lists: string[] = [];
  const flags = new Set<string>();
  let keepZeros = false;
  let threads: number | undefined;
  let rate: number | undefined;
  const opening = createSourceOptions();
  let choice: SnapshotChoice | undefined;
  const operands = readArguments("convert", args, options, (option, value) => {
    if (option === "h") throw new HelpWanted();
    else if (option === "o") {
      checkList(value);
      lists.push(value);
    } else if (option === "m") threads = readThreads(value);
    else if (option === "S") {
      keepZeros = readSparseSize(value) === 0;
      flags.add("S");
    } else if (option === "r") rate = readRate(value);
    else if (option === "l") choice = readSnapshotChoice(value);
    else if (opening.take(option, value)) return;
    else if (kept.has(option)) values.set(option, value);
    else if (keptFlags.has(option)) flags.add(option);
    else throw unsupported("convert", option);
  });
  checkOffloading(flags);
  const outputFormat = values.get("O") ?? "raw";
  const optionList = lists.join(",");
  checkCreation(flags, optionList);
  if (asksForHelp(optionList)) {
    printOptionHelp(requireFormat(outputFormat), operands.length > 1);
    return 0;
  }
  const target = operands.at(-1);
  const names = operands.slice(0, -1);
  if (target === undefined || names.length === 0)
    throw new CommandError("Must specify image file name");
  const bitmaps = { copy: flags.has("--bitmaps"), skipBroken: flags.has("--skip-broken-bitmaps") };
  checkBitmapWish(bitmaps, names.length);
  const sourceCache = values.get("T") ?? "writeback";
  if (!isCacheMode(sourceCache))
    throw new CommandError(`Invalid source cache option: ${sourceCache}`);
  const format = values.get("f");
  const sources = sourcesOf(
    names.map((name) => opening.image(name, format)),
    choice,
  );
  const cache = values.get("t") ?? "unsafe";
  const progress = createProgress(flags.has("p") && !flags.has("q"), 1);
  try {
    progress.show(0, 1);
    const wanted = { sources, target, outputFormat, optionList, cache };
    const [compress, salvage] = [flags.has("c"), flags.has("--salvage")];
    const [backing, backingFormat] = [values.get("B"), values.get("F")];
    const named = { ...(backing && { backing }), ...(backingFormat && { backingFormat }) };
    const all = { ...wanted, ...named, compress, keepZeros, salvage, bitmaps, threads };
    const job = flags.has("n") ? jobIntoExisting(all) : jobOf(all);
    // Who has to keep to a rate works alone.
    const copying = rate ? job : { ...job, startCopier };
    const { salvaged, sourceChanged } = await convertInTurns(copying, progress, createPace(rate));
    progress.show(1, 1);
    if (salvaged && !flags.has("q")) warnOfSalvaged(salvaged);
    if (sourceChanged && !flags.has("q")) warnOfChanged(sourceChanged);
  } catch (error) {
    const known = error instanceof CommandError || error instanceof ImageError;
    // What is wrong with the source is told first, and with its own words.
    if (known) for (const source of sources) openChain(source).image.close();
    if (!(error instanceof ImageError)) throw error;
    throw new CommandError(conversionReason(error, target, outputFormat));
  } finally {
    progress.end();
  }
  return 0;
}

/** Copies are left to the host where it pays, with -C and without. @throws CommandError in qemu-img's words. */
function checkOffloading(flags: ReadonlySet<string>): void {
  if (!flags.has("C")) return;
  for (const option of ["c", "S"])
    if (flags.has(option))
      throw new CommandError(`Cannot enable copy offloading when -${option} is used`);
  if (flags.has("--salvage"))
    throw new CommandError("Cannot use copy offloading in salvaging mode");
}

/** @throws CommandError in qemu-img's words for options that go together, or do not, with -n. */
function checkCreation(flags: ReadonlySet<string>, optionList: string): void {
  if (flags.has("n") && optionList !== "")
    throw new CommandError("-o has no effect when skipping image creation");
  if (flags.has("--target-is-zero") && !flags.has("n"))
    throw new CommandError("--target-is-zero requires use of -n flag");
}

/** @throws CommandError for snapshots of several images, and as `atSnapshot`. */
function sourcesOf(images: readonly ImageArgument[], choice: SnapshotChoice | undefined) {
  if (choice === undefined) return images;
  if (images.length > 1) throw new CommandError("No support for concatenating multiple snapshot");
  return images.map((image) => atSnapshot(image, choice));
}

/** The image as its snapshot; looks into it to find that. @throws CommandError */
export function atSnapshot(image: ImageArgument, choice: SnapshotChoice): ImageArgument {
  const layer = openAlone(image);
  try {
    const { format, facts, lostSnapshots } = layer;
    if (formatById(format).snapshots === true)
      return { ...image, snapshot: findSnapshot(facts.snapshots, choice, lostSnapshots) };
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

type Job = Omit<ConvertJob, "startCopier">;

/** As `jobOf`, for an image that is there and is written anew. @throws CommandError */
function jobIntoExisting(wanted: ConvertArguments): Job {
  const { target, sources, outputFormat, compress } = wanted;
  checkCache(wanted);
  for (const [option, value] of [
    ["-B", wanted.backing],
    ["-F", wanted.backingFormat],
  ])
    if (value !== undefined)
      throw new CommandError(
        `convert: option '${option}' with -n is not supported by this version`,
      );
  const sizes = sources.map((source) => {
    const { image } = openChain(source);
    image.close();
    return image.size;
  });
  const sourceSize = sizes.reduce((sum, size) => sum + size, 0);
  const { path, format, size, options } = existingTarget(target, outputFormat, sourceSize);
  const packs = compress && !isCompressedItsOwnWay(format, String(options["subformat"]));
  if (packs && formatById(format).compresses !== true) throw noCompression();
  return jobWith(wanted, {
    target: path,
    format,
    options,
    compress: packs,
    source: { images: sources.map(openRequest), salvage: wanted.salvage, padTo: size },
  });
}

/** Checks all that concerns the target, in qemu-img's order. @throws CommandError */
function jobOf(wanted: ConvertArguments): Job {
  const { target, sources } = wanted;
  const format = requireFormat(wanted.outputFormat);
  const path = pathOf(target);
  const chosen = readCreateOptions(format, wanted.optionList);
  const backing = takeBacking(format, wanted, chosen);
  if (backing && sources.length > 1)
    throw new CommandError(
      "Having a backing file for the target makes no sense when concatenating multiple input images",
    );
  if (backing && backing.format === undefined)
    throw new CommandError("Use of backing file requires explicit backing format");
  const compress = wanted.compress && !isCompressedItsOwnWay(format, chosen.get("subformat")?.text);
  if (compress) checkCompression(format, chosen);
  checkCache(wanted);
  const failed = (reason: string): CommandError =>
    new CommandError(`${target}: error while converting ${format}: ${reason}`);
  checkOptions(format, chosen, failed);
  const options = engineValues(format, chosen);
  checkBackingFormat(chosen, backing, failed);
  if (fileStatus(path).kind === "folder")
    throw failed(`Could not create '${target}': Is a directory`);
  if (fileStatus(dirname(path)).kind === "none")
    throw failed(`Could not create '${target}': No such file or directory`);
  if (backing) checkBacking(target, backing, sources[0]?.trust === true);
  return jobWith(wanted, {
    source: { images: sources.map(openRequest), salvage: wanted.salvage },
    target: path,
    format,
    options,
    ...(backing && { backing }),
    compress,
  });
}

/** The job with what is the same for new images and such as are there. */
function jobWith(
  wanted: ConvertArguments,
  own: Pick<Job, "source" | "target" | "format" | "options" | "backing" | "compress">,
): Job {
  return {
    ...own,
    ...chosenBitmaps(wanted.bitmaps, wanted.sources[0], own),
    replace: true,
    heldBy: "qemu",
    flush: wanted.cache !== "unsafe",
    keepZeros: wanted.keepZeros,
    copiers: mostCopiers(wanted.threads),
    onThick: (fileSystem) =>
      printWarning(`${fileSystem} keeps no holes: zeros take space in '${wanted.target}' too`),
    control: createControl(),
  };
}

/** @throws CommandError for a name that is no cache mode. */
function checkCache({ cache }: ConvertArguments): void {
  if (!isCacheMode(cache)) throw new CommandError(`Invalid cache option: ${cache}`);
}

const noCompression = (): CommandError =>
  new CommandError("Compression not supported for this file format");

/** @throws CommandError for a format that cannot, and together with preallocation. */
function checkCompression(format: FormatId, chosen: CreateOptions): void {
  if (formatById(format).compresses !== true) throw noCompression();
  if ((chosen.get("preallocation")?.text ?? "off") !== "off")
    throw new CommandError("Compression and preallocation not supported at the same time");
}

import { fileStatus, ImageError, type ImageLayer, type OpenRequest } from "../engine";
import type { LayerFacts } from "../../shared/model/facts";
import { CommandError } from "./errors";
import { formatName, openAlone, openChain, openRequest, type ImageArgument } from "./open";
import { printNotice } from "./output";
import { hostReason, plainReason } from "./wording";

/** An image that a command is going to change in place: what is known of it before. */
export interface ChangedImage {
  readonly path: string;
  /** qemu-img's name of its format. */
  readonly format: string;
  /** Bytes of its disk. */
  readonly size: number;
  readonly facts: LayerFacts;
  /** Why the facts lack snapshots, if they do. */
  readonly lostSnapshots?: ImageError;
  /** The backing file as the image names it; absent without one. */
  readonly backing?: string;
  /** How the engine opens it. */
  readonly request: OpenRequest;
}

/** How an image is opened before it is changed. */
interface ChangeOptions {
  /** Whether its backing files are left alone; they must be there otherwise. */
  readonly alone?: boolean;
  /** Whether it is only looked at: nothing is said of formats that were guessed. */
  readonly readOnly?: boolean;
  /** Whether others may write meanwhile (-U), which goes with `readOnly` only. */
  readonly shared?: boolean;
}

/**
 * Opens an image as qemu-img does before it changes it, so that what is wrong is told in its words,
 * and closes it again.
 * @throws CommandError
 */
export function imageToChange(
  argument: ImageArgument,
  { alone = false, readOnly = false, shared = false }: ChangeOptions = {},
): ChangedImage {
  if (shared && !readOnly)
    throw new CommandError(
      `Could not open '${argument.name}': force-share=on can only be used with read-only images`,
      argument.exitCode,
    );
  const request = openRequestOf(argument);
  if (!readOnly && fileStatus(request.path).kind === "folder")
    throw new CommandError(
      `Could not open '${argument.name}': Could not open '${argument.name}': Is a directory`,
      argument.exitCode,
    );
  const known = (layer: ImageLayer): ChangedImage => ({
    path: request.path,
    format: formatName(layer),
    size: layer.size,
    facts: layer.facts,
    ...(layer.lostSnapshots && { lostSnapshots: layer.lostSnapshots }),
    ...(layer.parent && { backing: layer.parent.name }),
    request,
  });
  const image = alone ? withLayer(argument, known) : withChain(argument, known);
  if (!readOnly && argument.format === undefined && request.format === undefined)
    warnOfGuess(argument.name, image);
  return image;
}

/** As `openRequest`; what is wrong is told with the name, as when the image is opened. */
function openRequestOf(argument: ImageArgument): OpenRequest {
  try {
    return openRequest(argument);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new CommandError(
      `Could not open '${argument.name}': ${error.message}`,
      argument.exitCode,
    );
  }
}

function withLayer(argument: ImageArgument, describe: (layer: ImageLayer) => ChangedImage) {
  const layer = openAlone(argument);
  try {
    return describe(layer);
  } finally {
    layer.close();
  }
}

function withChain(argument: ImageArgument, describe: (layer: ImageLayer) => ChangedImage) {
  const { image } = openChain(argument);
  try {
    const [top] = image.layers;
    if (top === undefined) throw new CommandError(`Could not open '${argument.name}'`);
    return { ...describe(top), size: image.size };
  } finally {
    image.close();
  }
}

/** What a guest writes into a disk that only looks raw could make it look like something else. */
function warnOfGuess(name: string, { format }: ChangedImage): void {
  if (format !== "raw") return;
  printNotice(
    `WARNING: Image format was not specified for '${name}' and probing guessed raw.\n` +
      "         Automatically detecting the format is dangerous for raw images, write operations on block 0 will be restricted.\n" +
      "         Specify the 'raw' format explicitly to remove the restrictions.\n",
  );
}

/**
 * Calls the engine; its error becomes a CommandError.
 * @param told What stands before the reason, if anything.
 * @param exitCode The command's exit code then.
 */
export function changing<T>(told: string, change: () => T, exitCode = 1): T {
  try {
    return change();
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw new CommandError(told + (hostReason(error) ?? plainReason(error)), exitCode);
  }
}

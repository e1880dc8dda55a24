import {
  formatById,
  formats,
  ImageError,
  openImage,
  openTopLayer,
  type DiskImage,
  type ImageLayer,
  type OpenRequest,
} from "../engine";
import type { FormatId } from "../../shared/model/format";
import { CommandError } from "./errors";
import { nameBeside, pathOf, withoutProtocol } from "./names";
import { openingReason } from "./wording";

/** An image as the command line names it. */
export interface ImageArgument {
  readonly name: string;
  /** The format given with -f; its bytes tell it when absent. */
  readonly format?: string;
  /** The disk to open of an archive with several (--member). */
  readonly member?: string;
  /** Whether backing files outside their image's folder may be opened (--trust). */
  readonly trust: boolean;
  /** Exit code when it cannot be opened; 1 when absent. */
  readonly exitCode?: number;
}

/** An opened chain, with qemu-img's name of each of its files. The caller closes the image. */
export interface NamedImage {
  readonly image: DiskImage;
  /** One for each layer, the image itself first. */
  readonly names: readonly string[];
}

/** qemu-img's name of a layer's format: an ISO is a raw image to it. */
export function formatName(layer: ImageLayer): string {
  return layer.format === "iso" ? "raw" : layer.format;
}

/** The format of that name on the command line, if Lamina has it; qemu-img does not know ISO. */
export function formatNamed(name: string): FormatId | undefined {
  return name === "iso" ? undefined : formats.find(({ id }) => id === name)?.id;
}

/** The format of that name, to make an image in. @throws CommandError, also when it is only read. */
export function requireFormat(name: string): FormatId {
  const format = formatNamed(name);
  if (format === undefined) throw new CommandError(`Unknown file format '${name}'`);
  if (formatById(format).create !== undefined) return format;
  throw new CommandError(`Creating images in format '${name}' is not supported by this version`);
}

/**
 * What the engine needs to open an image of the command line.
 * @throws CommandError for a name that is no path or a format that is not known, without what was tried.
 */
export function openRequest({ name, format, member, trust }: ImageArgument): OpenRequest {
  const path = pathOf(name);
  if (path === "") throw new CommandError("The 'file' block driver requires a file name");
  const known = format === undefined ? undefined : formatNamed(format);
  if (format !== undefined && known === undefined)
    throw new CommandError(`Unknown driver '${format}'`);
  return {
    path,
    ...(known !== undefined && { format: known }),
    ...(member !== undefined && { member }),
    grants: trust ? "all" : [],
  };
}

/** Opens the named file only, nothing that it names. The caller closes it. @throws CommandError. */
export function openAlone(argument: ImageArgument): ImageLayer {
  return naming(argument, () => opened(argument, openTopLayer));
}

/** Opens an image and its whole chain. @throws CommandError, for a broken chain too. */
export function openChain(argument: ImageArgument): NamedImage {
  return naming(argument, () => readable(openWhole(argument)));
}

/** Opens the base of a new overlay, its chain too. @throws CommandError, with qemu-img's line for this. */
export function openBase(argument: ImageArgument): DiskImage {
  try {
    return openWhole(argument).image;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new CommandError(`${error.message}\nCould not open backing image.`);
  }
}

/** Opens an image and its whole chain for `info --backing-chain`, which names the link that fails. */
export function openEachOfChain(argument: ImageArgument): NamedImage {
  const { image, names } = naming(argument, () => openAsFarAsItGoes(argument));
  if (image.broken === undefined) return { image, names };
  image.close();
  const reason = brokenReason(image, names);
  const failing = nameBeside(names.at(-1) ?? "", image.broken.reference.name);
  throw new CommandError(
    image.broken.error.code === "cycle" ? reason : `Could not open '${failing}': ${reason}`,
  );
}

function openWhole(argument: ImageArgument): NamedImage {
  const { image, names } = openAsFarAsItGoes(argument);
  if (image.broken === undefined) return { image, names };
  image.close();
  const prefix = "Could not open backing file: ".repeat(names.length);
  throw new CommandError(prefix + brokenReason(image, names));
}

/** Passes an image on whose data can be read. @throws CommandError for an encrypted one, which it closes. */
function readable(named: NamedImage): NamedImage {
  const { layers } = named.image;
  const depth = layers.findIndex(({ facts }) => facts.encryption !== undefined);
  if (depth < 0) return named;
  named.image.close();
  const prefix = "Could not open backing file: ".repeat(depth);
  throw new CommandError(`${prefix}Reading encrypted images is not supported by this version`);
}

function openAsFarAsItGoes(argument: ImageArgument): NamedImage {
  const image = opened(argument, openImage);
  const names = [withoutProtocol(argument.name)];
  for (const layer of image.layers.slice(0, -1)) {
    const below = nameBeside(names.at(-1) ?? "", layer.parent?.name ?? "");
    names.push(withoutProtocol(below));
  }
  return { image, names };
}

function brokenReason({ broken }: DiskImage, names: readonly string[]): string {
  if (broken === undefined) return "";
  const name = nameBeside(names.at(-1) ?? "", broken.reference.name);
  try {
    return openingReason(broken.error, pathOf(name), broken.format);
  } catch (error) {
    // qemu-img has the same words for every protocol that it does not know.
    if (error instanceof CommandError) return error.message;
    throw error;
  }
}

/** Calls the engine; its error becomes a CommandError that says why, and not yet what was tried. */
function opened<T>(argument: ImageArgument, open: (request: OpenRequest) => T): T {
  const request = openRequest(argument);
  try {
    return open(request);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw new CommandError(openingReason(error, withoutProtocol(argument.name), argument.format));
  }
}

/** Puts what was tried before why it failed, and sets the exit code. */
function naming<T>({ name, exitCode }: ImageArgument, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new CommandError(`Could not open '${name}': ${error.message}`, exitCode);
  }
}

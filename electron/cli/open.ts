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
import {
  checkImageOptions,
  jsonPrefix,
  optionsName,
  readImageOptions,
  readJsonName,
  type ImageOptions,
} from "./image-options";
import { nameBeside, pathOf, withoutProtocol } from "./names";
import { passphraseIn, type Secrets } from "./secrets";
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
  /** Whether `name` is not a name but a list of options (--image-opts). */
  readonly asOptions?: boolean;
  /** What --object has defined. */
  readonly secrets?: Secrets;
  /** Index of the internal snapshot to open instead of the active disk. */
  readonly snapshot?: number;
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

/** Formats that qemu-img only reads. */
const neverCreated = new Set(["bochs", "cloop", "dmg", "vvfat"]);

/** @throws CommandError in qemu-img's words for a format in which it makes no images either. */
export function refuseNeverCreated(name: string): void {
  if (neverCreated.has(name))
    throw new CommandError(`Format driver '${name}' does not support image creation`);
}

/** The format of that name, to make an image in. @throws CommandError, also when it is only read. */
export function requireFormat(name: string): FormatId {
  refuseNeverCreated(name);
  const format = formatNamed(name);
  if (format === undefined) throw new CommandError(`Unknown file format '${name}'`);
  if (formatById(format).create !== undefined) return format;
  throw new CommandError(`Creating images in format '${name}' is not supported by this version`);
}

/**
 * What the engine needs to open an image of the command line.
 * @throws CommandError for a name that is no path or a format that is not known, without what was tried.
 */
export function openRequest(argument: ImageArgument): OpenRequest {
  const { trust, snapshot, member, secrets = new Map() } = argument;
  const options = optionsOf(argument);
  const format = options?.driver ?? argument.format;
  const path = options?.fileName ?? pathOf(argument.name);
  if (path === "") throw new CommandError("The 'file' block driver requires a file name");
  const known = format === undefined ? undefined : formatNamed(format);
  if (format !== undefined && known === undefined)
    throw new CommandError(`Unknown driver '${format}'`);
  return {
    path,
    ...(known !== undefined && { format: known }),
    ...(member !== undefined && { member }),
    grants: trust ? "all" : [],
    ...(snapshot !== undefined && { snapshot }),
    ...passphraseOf(options, secrets),
  };
}

function optionsOf({ name, asOptions }: ImageArgument): ImageOptions | undefined {
  if (asOptions) return readImageOptions(name);
  return name.startsWith(jsonPrefix) ? readJsonName(name) : undefined;
}

/** A secret that is not there is missed only when something encrypted is met. */
function passphraseOf(
  options: ImageOptions | undefined,
  secrets: Secrets,
): { readonly passphrase?: string } {
  const named = [options?.keySecret, ...(options?.backingSecrets.values() ?? [])];
  const given = named.flatMap((id) =>
    id !== undefined && secrets.has(id) ? [passphraseIn(secrets, id)] : [],
  );
  const [passphrase, ...more] = new Set(given);
  if (more.length > 0)
    throw new CommandError("Different secrets in one chain are not supported by this version");
  return passphrase === undefined ? {} : { passphrase };
}

/** What qemu-img calls the file that is meant. */
export function fileNameOf(argument: ImageArgument): string {
  return optionsOf(argument)?.fileName ?? withoutProtocol(argument.name);
}

/** What `info` calls an image that was opened as `argument`. */
export function shownName(argument: ImageArgument, layer: ImageLayer): string {
  const options = optionsOf(argument);
  return options === undefined ? withoutProtocol(argument.name) : optionsName(options, layer);
}

/** Opens the named file only, nothing that it names. The caller closes it. @throws CommandError. */
export function openAlone(argument: ImageArgument): ImageLayer {
  return naming(argument, () => {
    const layer = opened(argument, openTopLayer);
    return fitting(argument, layer, layer, 0);
  });
}

/** Opens an image and its whole chain. @throws CommandError, for a broken chain too. */
export function openChain(argument: ImageArgument): NamedImage {
  return naming(argument, () => readable(argument, openWhole(argument)));
}

/** Opens the base of a new overlay, its chain too. @throws CommandError, with qemu-img's line for this. */
export function openBase(argument: ImageArgument): DiskImage {
  try {
    // A name of another kind than a path is not followed when the overlay is opened.
    if (argument.asOptions !== true) pathOf(argument.name);
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

/** Opens an image and its whole chain. @throws CommandError with the reason alone, for a broken chain too. */
export function openWhole(argument: ImageArgument): NamedImage {
  const { image, names } = openAsFarAsItGoes(argument);
  if (image.broken === undefined) return { image, names };
  image.close();
  const prefix = "Could not open backing file: ".repeat(names.length);
  throw new CommandError(prefix + brokenReason(image, names));
}

/** Passes an image on whose data can be read; else closes it. @throws CommandError */
function readable(argument: ImageArgument, named: NamedImage): NamedImage {
  const { image, names } = named;
  image.layers.forEach((layer, depth) => {
    try {
      layer.requireReadable?.();
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      image.close();
      const prefix = "Could not open backing file: ".repeat(depth);
      const dataFile = nameBeside(names[depth] ?? "", layer.facts.dataFile ?? "");
      throw new CommandError(
        prefix +
          (error.code === "passphrase"
            ? passphraseReason(argument, error)
            : openingReason(error, dataFile)),
      );
    }
  });
  return named;
}

/** Why encrypted data cannot be read, in qemu-img's words. */
function passphraseReason(argument: ImageArgument, error: ImageError): string {
  const id = optionsOf(argument)?.keySecret;
  if (id !== undefined && argument.secrets?.has(id) !== true) return `No secret with id '${id}'`;
  return error.found === "none"
    ? "Parameter 'encrypt.key-secret' is required for cipher"
    : "Invalid password, cannot unlock any keyslot";
}

/** Passes on what was opened if the options of the image fit it; else closes it. @throws CommandError */
function fitting<T extends { close(): void }>(
  argument: ImageArgument,
  opened: T,
  layer: ImageLayer | undefined,
  depth: number,
): T {
  const options = optionsOf(argument);
  try {
    if (options && layer) checkImageOptions(options, layer, depth);
    return opened;
  } catch (error) {
    opened.close();
    throw error;
  }
}

function openAsFarAsItGoes(argument: ImageArgument): NamedImage {
  const whole = opened(argument, openImage);
  const image = fitting(argument, whole, whole.layers[0], whole.layers.length - 1);
  const names = [fileNameOf(argument)];
  for (const [depth, { source }] of image.layers.slice(1).entries()) {
    const parent = image.layers[depth]?.parent;
    // Found otherwise than by the one name that the image above has for it.
    const isFound = parent?.find !== undefined || parent?.otherNames !== undefined;
    const below = nameBeside(names.at(-1) ?? "", parent?.name ?? "");
    names.push(isFound ? source.name : withoutProtocol(below));
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
    const format = optionsOf(argument)?.driver ?? argument.format;
    throw new CommandError(openingReason(error, fileNameOf(argument), format));
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

import { basename } from "node:path";
import { dependentsOf, formatById, ImageError, lostByShrinking, resizeImage } from "../engine";
import { readArguments, type OptionTable } from "./arguments";
import { changing, imageToChange, type ChangedImage } from "./change";
import { CommandError, programName, UsageError } from "./errors";
import { HelpWanted } from "./help";
import { formatNamed } from "./open";
import { print, printWarning } from "./output";
import { humanSize, parseSize } from "./sizes";
import { createSourceOptions } from "./source-options";

const options: OptionTable = {
  flags: "hq",
  valued: "f",
  long: {
    help: { as: "h" },
    object: { as: "--object", valued: true },
    "image-opts": { as: "--image-opts" },
    preallocation: { as: "preallocation", valued: true },
    shrink: { as: "shrink" },
    trust: { as: "trust" },
  },
};

const preallocations = ["off", "metadata", "falloc", "full"] as const;
type Preallocation = (typeof preallocations)[number];

/** `resize`: another size for the disk of an image. Returns the exit code. */
export function resize(args: readonly string[]): number {
  // The size comes last, and may begin with a minus: it is no option.
  const sizeText = args.at(-1);
  if (args.length < 2 || sizeText === undefined) throw new UsageError("Not enough arguments");
  let format: string | undefined;
  let preallocation: Preallocation = "off";
  const flags = new Set<string>();
  const source = createSourceOptions();
  const operands = readArguments("resize", args.slice(0, -1), options, (option, value) => {
    if (option === "h") throw new HelpWanted();
    else if (option === "f") format = value;
    else if (option === "preallocation") preallocation = readPreallocation(value);
    else if (!source.take(option, value)) flags.add(option);
  });
  const [name, ...more] = operands;
  if (name === undefined || more.length > 0)
    throw new UsageError("Expecting image file name and size");
  const wanted = readNewSize(sizeText);

  const image = imageToChange(source.image(name, format));
  const size = wanted(image.size);
  check(image, size, { shrink: flags.has("shrink"), preallocation });
  const shrinks = size < BigInt(image.size);
  const warning =
    shrinks && !flags.has("q") ? changing("", () => shrinkWarning(image, Number(size))) : undefined;
  changing("", () => change(image, Number(size), flags.has("shrink"), preallocation));
  if (warning !== undefined) printWarning(warning);
  if (!flags.has("q")) print("Image resized.\n");
  return 0;
}

/** Names of images that are told at most. */
const mostNames = 5;

/**
 * What a smaller disk loses, and which images of its folder read zeros instead from then on; undefined
 * when it loses no data and no image stands on it. Looked up before the change.
 */
function shrinkWarning({ request }: ChangedImage, size: number): string | undefined {
  const lost = lostByShrinking(request, size);
  const names = standingOn(request.path).map((path) => basename(path));
  if (lost === 0 && names.length === 0) return undefined;
  const bytes = lost < 1000 ? `${lost} bytes` : `${lost} bytes (${humanSize(lost)})`;
  const told = `${bytes} of data lay behind the new end of the disk and are lost`;
  if (names.length === 0) return told;
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : "";
  return `${told}; on this image stand ${names.slice(0, mostNames).join(", ")}${more}`;
}

/** Images beside this one that stand on it, as far as its folder can be read. */
function standingOn(path: string): string[] {
  try {
    return dependentsOf(path).images.map((each) => each.path);
  } catch (error) {
    if (error instanceof ImageError) return [];
    throw error;
  }
}

function readPreallocation(value: string): Preallocation {
  const mode = preallocations.find((each) => each === value);
  if (mode !== undefined) return mode;
  throw new CommandError(`Invalid preallocation mode '${value}'`);
}

/** The new size by the old one, in bytes: given, or with a sign, by how much it changes. */
function readNewSize(text: string): (old: number) => bigint {
  const sign = /^[+-]/.exec(text)?.[0];
  const parsed = parseSize(sign === undefined ? text : text.slice(1));
  if (!("bytes" in parsed))
    throw new CommandError(
      parsed.fault === "range"
        ? `Value '${text}' is out of range for parameter 'size'`
        : "Parameter 'size' expects a non-negative number below 2^64\n" +
            "Optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, peta-\n" +
            "and exabytes, respectively.",
    );
  const { bytes } = parsed;
  return (old) => {
    const size = sign === "+" ? BigInt(old) + bytes : sign === "-" ? BigInt(old) - bytes : bytes;
    return BigInt.asIntN(64, size);
  };
}

/** Refuses in qemu-img's words and order what it refuses. @throws CommandError */
function check(
  { format, facts, size: oldSize }: ChangedImage,
  size: bigint,
  { shrink, preallocation }: { readonly shrink: boolean; readonly preallocation: string },
): void {
  const id = formatNamed(format);
  const resizing = id && formatById(id).resize;
  if (size <= 0n) throw new CommandError("New image size must be positive");
  const shrinks = size < BigInt(oldSize);
  if (size <= BigInt(oldSize) && preallocation !== "off")
    throw new CommandError("Preallocation can only be used for growing images");
  if (shrinks && !shrink) {
    throw new CommandError(
      "Use the --shrink option to perform a shrink operation.\n" +
        `${programName()}: warning: Shrinking an image will delete all data beyond the shrunken ` +
        "image's end. Before performing such an operation, make sure there is no important data there.",
    );
  }
  if (resizing === undefined) throw new CommandError("Image format driver does not support resize");
  if (!resizing.preallocations.some((mode) => mode === preallocation))
    throw new CommandError(
      format === "raw"
        ? `Unsupported preallocation mode: ${preallocation}`
        : `Growing ${format} with preallocation '${preallocation}' is not supported by this version`,
    );
  if (format !== "qcow2") return;
  if (size % 512n !== 0n) throw new CommandError("The new size must be a multiple of 512");
  if (facts.version === "2" && facts.snapshots.length > 0)
    throw new CommandError("Can't resize a v2 image which has snapshots");
}

/** @throws CommandError in qemu-img's words for a size that is past what the format can have. */
function change(
  { request, format }: ChangedImage,
  size: number,
  shrink: boolean,
  preallocation: Preallocation,
): void {
  try {
    resizeImage(request, size, shrink, preallocation);
  } catch (error) {
    const what = { qcow2: "Failed to grow the L1 table", raw: "Could not resize file" }[format];
    if (what === undefined || !(error instanceof ImageError) || error.code !== "invalid-argument")
      throw error;
    throw new CommandError(`${what}: File too large`);
  }
}

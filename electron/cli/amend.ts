import { amendImage, resizeImage } from "../engine";
import { readArguments, type OptionTable } from "./arguments";
import { changing, imageToChange, type ChangedImage } from "./change";
import { asksForHelp, checkList, readCreateOptions, type CreateOptions } from "./create-options";
import { CommandError, programName, UsageError } from "./errors";
import { HelpWanted } from "./help";
import { formatNamed } from "./open";
import { isCacheMode } from "./option-values";
import { print } from "./output";
import { createProgress } from "./progress";
import { createSourceOptions } from "./source-options";

const options: OptionTable = {
  flags: "hpq",
  valued: "fot",
  long: {
    help: { as: "h" },
    object: { as: "--object", valued: true },
    "image-opts": { as: "--image-opts" },
    force: { as: "force" },
    trust: { as: "trust" },
  },
};

/** `amend`: changes of what an image was created with. Returns the exit code. */
export function amend(args: readonly string[]): number {
  const values = new Map<string, string>();
  const lists: string[] = [];
  const flags = new Set<string>();
  const source = createSourceOptions();
  const [name, ...more] = readArguments("amend", args, options, (option, value) => {
    if (option === "h") throw new HelpWanted();
    else if (option === "o") {
      checkList(value);
      lists.push(value);
    } else if (option === "f" || option === "t") values.set(option, value);
    else if (!source.take(option, value)) flags.add(option);
  });
  if (lists.length === 0) throw new UsageError("Must specify options (-o)");
  const list = lists.join(",");
  const format = values.get("f");
  if (format !== undefined && asksForHelp(list)) return printAmendHelp(format);
  if (name === undefined || more.length > 0)
    throw new CommandError("Expecting one image file name");
  const cache = values.get("t") ?? "writeback";
  if (!isCacheMode(cache)) throw new CommandError(`Invalid cache option: ${cache}`);

  const image = imageToChange(source.image(name, format));
  if (asksForHelp(list)) return printAmendHelp(image.format);
  if (image.format !== "qcow2") throw cannotAmend(image.format);
  const chosen = readCreateOptions("qcow2", list);
  const creating = [...chosen.keys()].find((each) => !known.has(each));
  if (creating !== undefined)
    throw new CommandError(
      `Invalid parameter '${creating}'\nThis option is only supported for image creation`,
    );
  const progress = createProgress(flags.has("p") && !flags.has("q"), 1);
  try {
    progress.show(0, 1);
    changing("", () => change(image, chosen));
    progress.show(1, 1);
  } finally {
    progress.end();
  }
  return 0;
}

function change(image: ChangedImage, chosen: CreateOptions): void {
  const { facts, path, request } = image;
  for (const [name, { value }] of chosen) check(image, name, value);
  const compat = readCompat(chosen);
  const before = facts.version === "2" ? "0.10" : "1.1";
  const version = compat ?? before;
  const bits = chosen.get("refcount_bits")?.value;
  checkVersion(version, chosen, Number(facts.formatSpecific?.["refcount-bits"] ?? 16));
  const size = chosen.get("size")?.value;
  if (typeof size === "bigint" && size < BigInt(image.size))
    throw new CommandError("A smaller size is refused here: use resize --shrink");
  const lazy = chosen.get("lazy_refcounts")?.value;
  const backingFormat = chosen.get("backing_fmt")?.text;
  const amended = (): void =>
    amendImage(path, {
      ...(compat !== undefined && { compat }),
      ...(typeof lazy === "boolean" && { lazy_refcounts: lazy }),
      ...(bits !== undefined && { refcount_bits: Number(bits) }),
      ...(backingFormat !== undefined && { backing_fmt: backingFormat }),
    });
  // Only version 3 lets a disk with snapshots change its size.
  if (version === "1.1") amended();
  if (typeof size === "bigint" && size > BigInt(image.size)) resizeImage(request, Number(size));
  if (version === "0.10") amended();
}

const amendable = new Set(["compat", "lazy_refcounts", "refcount_bits", "size"]);
/** All options of qemu-img's amend. */
const known = new Set([
  ...amendable,
  "backing_file",
  "backing_fmt",
  "data_file",
  "data_file_raw",
  "encrypt.iter-time",
]);

/** Refuses single options in qemu-img's words. @throws CommandError */
function check({ facts, backing }: ChangedImage, name: string, value: unknown): void {
  if (amendable.has(name)) return;
  if (name === "backing_fmt" && backing !== undefined && formatNamed(String(value))) return;
  if (name === "backing_file" && backing !== undefined && value === backing) return;
  if (name === "backing_file" || name === "backing_fmt")
    throw new CommandError(
      `Cannot amend the backing file\nYou can use '${programName()} rebase' instead.`,
    );
  if (name === "data_file")
    throw new CommandError(
      facts.dataFile === undefined
        ? "data-file can only be set for images that use an external data file"
        : "Option 'data_file' is not supported by this version",
    );
  if (name === "data_file_raw") {
    const isRaw = facts.formatSpecific?.["data-file-raw"] === true;
    if (value === isRaw) return;
    throw new CommandError(
      value === true
        ? "data-file-raw cannot be set on existing images"
        : "Option 'data_file_raw=off' is not supported by this version",
    );
  }
  throw new CommandError(`Option '${name}' is not supported by this version`);
}

function readCompat(chosen: CreateOptions): "0.10" | "1.1" | undefined {
  const text = chosen.get("compat")?.text;
  if (text === undefined) return undefined;
  if (text === "0.10" || text === "v2") return "0.10";
  if (text === "1.1" || text === "v3") return "1.1";
  throw new CommandError(`Unknown compatibility level ${text}`);
}

/** @param bitsNow Width of the image's refcounts. */
function checkVersion(version: "0.10" | "1.1", chosen: CreateOptions, bitsNow: number): void {
  const newer = "(use compat=1.1 or greater)";
  const refcountBits = Number(chosen.get("refcount_bits")?.value ?? bitsNow);
  if (version === "0.10" && chosen.get("lazy_refcounts")?.value === true)
    throw new CommandError(
      `Lazy refcounts only supported with compatibility level 1.1 and above ${newer}`,
    );
  const isWidth = Number.isInteger(Math.log2(refcountBits)) && refcountBits <= 64;
  if (!isWidth)
    throw new CommandError("Refcount width must be a power of two and may not exceed 64 bits");
  if (version === "1.1" || refcountBits === 16) return;
  throw new CommandError(
    refcountBits === bitsNow
      ? "compat=0.10 requires refcount_bits=16"
      : `Refcount widths other than 16 bits require compatibility level 1.1 or above ${newer}`,
  );
}

function cannotAmend(format: string): CommandError {
  return new CommandError(`Format driver '${format}' does not support option amendment`);
}

function printAmendHelp(format: string): number {
  if (formatNamed(format) === undefined) throw new CommandError(`Unknown file format '${format}'`);
  if (format !== "qcow2") throw cannotAmend(format);
  print(`Amend options for 'qcow2':
  backing_file=<str>     - File name of a base image
  backing_fmt=<str>      - Image format of the base image
  compat=<str>           - Compatibility level (v2 [0.10] or v3 [1.1])
  data_file=<str>        - File name of an external data file
  data_file_raw=<bool (on/off)> - The external data file must stay valid as a raw image
  lazy_refcounts=<bool (on/off)> - Postpone refcount updates
  refcount_bits=<num>    - Width of a reference count entry in bits
  size=<size>            - Virtual disk size
`);
  return 0;
}

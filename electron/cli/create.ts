import { createImage, ImageError, type ParentRef } from "../engine";
import type { FormatId } from "../../shared/model/format";
import { readArguments, type OptionTable } from "./arguments";
import { checkBackingFormat, takeBacking, type BackingArguments } from "./backing-options";
import {
  asksForHelp,
  checkList,
  describeOptions,
  engineValues,
  readCreateOptions,
  setOption,
  type CreateOptions,
} from "./create-options";
import { CommandError, UsageError } from "./errors";
import { checkOptions } from "./format-rules";
import { HelpWanted } from "./help";
import { nameBeside, pathOf, withoutProtocol } from "./names";
import { formatName, openBase, requireFormat } from "./open";
import { printOptionHelp } from "./option-help";
import { unsupported } from "./option-values";
import { print, flushOutput } from "./output";
import { sizeArgument } from "./sizes";
import { creationReason, tooLarge } from "./wording";

const options: OptionTable = {
  flags: "hqu",
  valued: "Fbfo",
  long: {
    help: { as: "h" },
    object: { as: "--object", valued: true },
    trust: { as: "trust" },
  },
};

/** What was asked for. */
interface CreateArguments extends BackingArguments {
  readonly name: string;
  readonly format: FormatId;
  readonly optionList: string;
  /** Bytes, when it was given as an argument. */
  readonly size?: bigint;
  /** Whether the base is left alone (-u). */
  readonly unsafe: boolean;
  readonly quiet: boolean;
  readonly trust: boolean;
}

/** `create`: a new, empty image, or an overlay on a base. Returns the exit code. */
export function create(args: readonly string[]): number {
  const given: { format: string; backing?: string; backingFormat?: string } = { format: "raw" };
  const lists: string[] = [];
  const flags = new Set<string>();
  const operands = readArguments("create", args, options, (option, value) => {
    if (option === "h") throw new HelpWanted();
    else if (option === "f") given.format = value;
    else if (option === "b") given.backing = value;
    else if (option === "F") given.backingFormat = value;
    else if (option === "o") {
      checkList(value);
      lists.push(value);
    } else if (option.startsWith("--")) throw unsupported("create", option);
    else flags.add(option);
  });
  const [name, sizeText, unexpected] = operands;
  const optionList = lists.join(",");
  if (asksForHelp(optionList)) {
    printOptionHelp(requireFormat(given.format), name !== undefined);
    return 0;
  }
  if (name === undefined) throw new UsageError("Expecting image file name");
  const size = sizeText === undefined ? undefined : sizeArgument("image size", sizeText);
  if (unexpected !== undefined) throw new UsageError(`Unexpected argument: ${unexpected}`);
  try {
    createNamed({
      ...given,
      name,
      format: requireFormat(given.format),
      optionList,
      ...(size !== undefined && { size }),
      unsafe: flags.has("u"),
      quiet: flags.has("q"),
      trust: flags.has("trust"),
    });
  } catch (error) {
    if (error instanceof CommandError) throw new CommandError(`${name}: ${error.message}`);
    if (error instanceof ImageError) {
      throw new CommandError(`${name}: ${creationReason(error, name, given.format)}`);
    }
    throw error;
  }
  return 0;
}

/** Everything behind the arguments; what it throws does not name the file yet. */
function createNamed(wanted: CreateArguments): void {
  const { name, format } = wanted;
  const path = pathOf(name);
  const chosen = readCreateOptions(format, wanted.optionList);
  const backing = readBacking(wanted, chosen);
  const size = chooseSize(wanted, chosen, backing);

  if (!wanted.quiet) print(`Formatting '${name}', ${describeOptions(format, chosen)}\n`);
  flushOutput();
  checkOptions(format, chosen);
  const engineOptions = engineValues(format, chosen);
  checkBackingFormat(chosen, backing);
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw new CommandError(tooLarge(format));
  createImage({
    path,
    format,
    spec: { size: Number(size), options: engineOptions, ...(backing && { backing }) },
    replace: true,
    heldBy: "qemu",
    flush: false,
  });
}

/** The base from -b and -F or from -o. */
function readBacking(wanted: CreateArguments, chosen: CreateOptions): ParentRef | undefined {
  const backing = takeBacking(wanted.format, wanted, chosen);
  if (backing?.name === wanted.name)
    throw new CommandError(
      "Error: Trying to create an image with the same filename as the backing file",
    );
  return backing;
}

/** The virtual size in bytes: given, or the base's. The base is opened in any case, unless -u. */
function chooseSize(
  wanted: CreateArguments,
  chosen: CreateOptions,
  backing: ParentRef | undefined,
): bigint {
  const { name, format, size, unsafe, trust } = wanted;
  if (size !== undefined && chosen.has("size"))
    throw new CommandError("The image size must be specified only once");
  if (size !== undefined) setOption(chosen, format, "size", String(size));
  if (backing !== undefined && !unsafe) {
    const full = nameBeside(withoutProtocol(name), backing.name);
    const base = openBase({ name: full, trust, ...(backing.format && { format: backing.format }) });
    base.close();
    const [top] = base.layers;
    if (backing.format === undefined && top)
      throw new CommandError(
        `Backing file specified without backing format\nDetected format of ${formatName(top)}.`,
      );
    if (!chosen.has("size")) setOption(chosen, format, "size", String(base.size));
  }
  if (backing !== undefined && backing.format === undefined)
    throw new CommandError("Backing file specified without backing format");
  const chosenSize = chosen.get("size")?.value;
  if (typeof chosenSize === "bigint") return chosenSize;
  throw new CommandError("Image creation needs a size parameter");
}

import { dirname } from "node:path";
import { createControl, fileStatus, ImageError, type ConvertJob } from "../engine";
import { readArguments, type OptionTable } from "./arguments";
import { convertInTurns } from "./convert-in-turns";
import { CommandError } from "./errors";
import { HelpWanted } from "./help";
import { pathOf } from "./names";
import { openChain, openRequest, requireFormat, type ImageArgument } from "./open";
import { printError } from "./output";
import { createPace } from "./pace";
import { createProgress } from "./progress";
import { sizeArgument } from "./sizes";
import { createSourceOptions } from "./source-options";
import { conversionReason, creationReason } from "./wording";

const options: OptionTable = {
  flags: "hU",
  valued: "fO",
  long: {
    help: { as: "h" },
    object: { as: "--object", valued: true },
    "image-opts": { as: "--image-opts" },
    "force-share": { as: "U" },
    trust: { as: "trust" },
  },
};

const operandNames = new Set(["if", "of", "bs", "count", "skip"]);
const sectorSize = 512;

/** `dd`: a stretch of an image's disk as a new image. Returns the exit code. */
export async function dd(args: readonly string[]): Promise<number> {
  const values = new Map<string, string>();
  const source = createSourceOptions();
  const words = readArguments("dd", args, options, (option, value) => {
    if (option === "h") throw new HelpWanted();
    else if (option === "f" || option === "O") values.set(option, value);
    else source.take(option, value);
  });
  const operands = readOperands(words);
  const { input, target } = operands;
  if (input === undefined || target === undefined)
    throw new CommandError("Must specify both input and output files");

  const argument = source.image(input, values.get("f"));
  const size = sizeOf(argument);
  const format = knownFormat(values.get("O") ?? "raw");
  const { at, length, isPastEnd } = stretchOf(size, operands);
  if (isPastEnd) printError(`${input}: cannot skip to specified offset`);
  const failed = (reason: string): CommandError =>
    new CommandError(`${target}: error while creating output image: ${reason}`);
  await copy({ argument, target, format, at, length, failed });
  return 0;
}

/** What the words `name=value` say. */
interface Operands {
  readonly input?: string;
  readonly target?: string;
  /** Bytes. */
  readonly blockSize: bigint;
  /** Blocks; absent for all. */
  readonly count?: bigint;
  /** Blocks. */
  readonly skip: bigint;
}

/** @throws CommandError in qemu-img's words. */
function readOperands(words: readonly string[]): Operands {
  const texts = new Map<string, string>();
  const numbers = new Map<string, bigint>();
  for (const word of words) {
    const equals = word.indexOf("=");
    const name = equals < 0 ? word : word.slice(0, equals);
    if (equals < 0 || !operandNames.has(name))
      throw new CommandError(`unrecognized operand ${name}`);
    const value = word.slice(equals + 1);
    if (name === "if" || name === "of") texts.set(name, value);
    else numbers.set(name, numberOf(name, value));
  }
  const [input, target] = [texts.get("if"), texts.get("of")];
  const count = numbers.get("count");
  return {
    ...(input !== undefined && { input }),
    ...(target !== undefined && { target }),
    ...(count !== undefined && { count }),
    blockSize: numbers.get("bs") ?? BigInt(sectorSize),
    skip: numbers.get("skip") ?? 0n,
  };
}

function numberOf(name: string, value: string): bigint {
  const number = sizeArgument(name, value);
  if (name !== "bs" || (number >= 1n && number < 2n ** 31n)) return number;
  throw new CommandError(`Invalid bs specified. Must be between 1 and ${2 ** 31 - 1}.`);
}

/**
 * The bytes to copy. As for qemu-img 7.2, `count` cuts the disk off before `skip` leaves out its
 * beginning: both together copy `count - skip` blocks.
 */
function stretchOf(size: number, { blockSize, count, skip }: Operands) {
  const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
  const end = count === undefined ? BigInt(size) : least(BigInt(size), count * blockSize);
  const at = least(skip * blockSize, end);
  return { at: Number(at), length: Number(end - at), isPastEnd: skip * blockSize > end };
}

/** Bytes of the image's disk. @throws CommandError when it cannot be opened. */
function sizeOf(argument: ImageArgument): number {
  const { image } = openChain(argument);
  const { size } = image;
  image.close();
  return size;
}

function knownFormat(name: string): ReturnType<typeof requireFormat> {
  try {
    return requireFormat(name);
  } catch (error) {
    if (error instanceof CommandError && error.message.startsWith("Unknown"))
      throw new CommandError("Unknown file format");
    throw error;
  }
}

/** A copy that is worked out. */
interface Copy {
  readonly argument: ImageArgument;
  readonly target: string;
  readonly format: ReturnType<typeof requireFormat>;
  readonly at: number;
  readonly length: number;
  readonly failed: (reason: string) => CommandError;
}

async function copy({ argument, target, format, at, length, failed }: Copy): Promise<void> {
  const path = pathOf(target);
  if (fileStatus(path).kind === "folder")
    throw failed(`Could not create '${target}': Is a directory`);
  if (fileStatus(dirname(path)).kind === "none")
    throw failed(`Could not create '${target}': No such file or directory`);
  const job: ConvertJob = {
    source: { images: [openRequest(argument)], range: { at, length } },
    target: path,
    format,
    options: {},
    replace: true,
    heldBy: "qemu",
    flush: false,
    copiers: 1,
    control: createControl(),
  };
  try {
    await convertInTurns(job, createProgress(false, 1), createPace(undefined));
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    if (error.code === "io") throw new CommandError(conversionReason(error, target, format));
    throw failed(creationReason(error, target, format));
  }
}

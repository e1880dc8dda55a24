import {
  compareImages,
  createControl,
  ImageError,
  type CompareResult,
  type Control,
  type DiskImage,
} from "../engine";
import { readArguments, type OptionTable } from "./arguments";
import { CommandError, UsageError } from "./errors";
import { HelpWanted } from "./help";
import { openChain, type NamedImage } from "./open";
import { isCacheMode, unsupported } from "./option-values";
import { print } from "./output";
import { createProgress, type Progress } from "./progress";
import { createSourceOptions } from "./source-options";
import { hostReason, plainReason } from "./wording";

const options: OptionTable = {
  flags: "hpqsU",
  valued: "fFT",
  long: {
    help: { as: "h" },
    object: { as: "--object", valued: true },
    "image-opts": { as: "--image-opts" },
    "force-share": { as: "U" },
    trust: { as: "trust" },
  },
};

/** Exit codes beside 0 (identical) and 1 (different, or the command line is wrong). */
const cannotOpen = 2;
const cannotMap = 3;
const cannotRead = 4;

/** `compare`: whether two guests would see the same disk. Returns the exit code. */
export function compare(args: readonly string[]): number {
  const formats: { first?: string; second?: string } = {};
  let cache = "writeback";
  const flags = new Set<string>();
  const source = createSourceOptions(cannotOpen);
  const [first, second, ...more] = readArguments("compare", args, options, (option, value) => {
    if (option === "h") throw new HelpWanted();
    else if (option === "f") formats.first = value;
    else if (option === "F") formats.second = value;
    else if (option === "T") cache = value;
    else if (source.take(option, value)) return;
    else if (option.startsWith("--")) throw unsupported("compare", option);
    else flags.add(option);
  });
  if (first === undefined || second === undefined || more.length > 0)
    throw new UsageError("Expecting two image file names");
  const quiet = flags.has("q");
  const progress = createProgress(flags.has("p") && !quiet, 2);
  const opened: NamedImage[] = [];
  const open = (name: string, format: string | undefined): NamedImage => {
    const image = openChain({ ...source.image(name, format), exitCode: cannotOpen });
    opened.push(image);
    return image;
  };
  try {
    if (!isCacheMode(cache))
      throw new CommandError(`Invalid source cache option: ${cache}`, cannotOpen);
    const a = telling(open(first, formats.first));
    const b = telling(open(second, formats.second));
    const say = quiet ? () => undefined : print;
    const result = comparison(a, b, flags.has("s"), progress, say);
    say(describe(result));
    return result.identical ? 0 : 1;
  } finally {
    for (const { image } of opened) image.close();
    progress.end();
  }
}

/** Compares, shows how far it is, and warns of different sizes once all that both disks have is the same. */
function comparison(
  a: DiskImage,
  b: DiskImage,
  strict: boolean,
  progress: Progress,
  say: (text: string) => void,
): CompareResult {
  const common = Math.min(a.size, b.size);
  let toWarn = a.size !== b.size && !strict;
  const warn = (): void => {
    if (toWarn) say("Warning: Image size mismatch!\n");
    toWarn = false;
  };
  const control = createControl();
  // The engine compares in this thread: each step it counts is the moment to show it.
  const showing = Object.create(control, {
    addDone: {
      value(bytes: number) {
        control.addDone(bytes);
        progress.show(control.done, control.total);
        if (control.done >= common) warn();
      },
    },
  }) as Control;
  progress.show(0, 1);
  if (common === 0) warn();
  return compareImages(a, b, { strict, control: showing });
}

/** The image, whose errors tell in qemu-img's words and exit codes what of it could not be read. */
function telling({ image, names: [name = ""] }: NamedImage): DiskImage {
  const failure = (error: unknown, what: string, exitCode: number): unknown =>
    error instanceof ImageError
      ? new CommandError(`${what} ${name}: ${hostReason(error) ?? plainReason(error)}`, exitCode)
      : error;
  return {
    ...image,
    read(at, into) {
      try {
        image.read(at, into);
      } catch (error) {
        throw failure(error, `Error while reading offset ${at} of`, cannotRead);
      }
    },
    *extents(...range) {
      try {
        yield* image.extents(...range);
      } catch (error) {
        throw failure(error, "Sector allocation test failed for", cannotMap);
      }
    },
  };
}

/** qemu-img's last line. */
function describe(result: CompareResult): string {
  if (result.identical) return "Images are identical.\n";
  const { at, reason } = result;
  if (reason === "size") return "Strict mode: Image size mismatch!\n";
  if (reason === "status") return `Strict mode: Offset ${at} block status mismatch!\n`;
  return `Content mismatch at offset ${at}!\n`;
}

import { commitImage, fileStatus, ImageError } from "../engine";
import { readArguments, type OptionTable } from "./arguments";
import { CommandError, UsageError } from "./errors";
import { HelpWanted } from "./help";
import { nameBeside, pathOf } from "./names";
import { openChain, openRequest, type NamedImage } from "./open";
import { isCacheMode, readRate, unsupported } from "./option-values";
import { print } from "./output";
import { createBrake } from "./pace";
import { createProgress } from "./progress";
import { shownControl } from "./shown-control";
import { createSourceOptions } from "./source-options";
import { hostReason, plainReason } from "./wording";

const options: OptionTable = {
  flags: "hdpq",
  valued: "bftr",
  long: {
    help: { as: "h" },
    object: { as: "--object", valued: true },
    "image-opts": { as: "--image-opts" },
    trust: { as: "trust" },
    force: { as: "force" },
  },
};

/** `commit`: writes what an image changes into its base. Returns the exit code. */
export function commit(args: readonly string[]): number {
  const values = new Map<string, string>();
  const flags = new Set<string>();
  const source = createSourceOptions();
  let rate: number | undefined;
  const [name, ...more] = readArguments("commit", args, options, (option, value) => {
    if (option === "h") throw new HelpWanted();
    if (source.take(option, value)) return;
    if (option.startsWith("--")) throw unsupported("commit", option);
    if (option === "r") rate = readRate(value);
    else if ("bft".includes(option)) values.set(option, value);
    else flags.add(option);
  });
  if (name === undefined || more.length > 0) throw new UsageError("Expecting one image file name");
  const cache = values.get("t") ?? "writeback";
  if (!isCacheMode(cache)) throw new CommandError(`Invalid cache option: ${cache}`);
  const argument = source.image(name, values.get("f"));
  const base = values.get("b");
  const depth = depthOf(openChain(argument), name, base);
  const quiet = flags.has("q");
  const progress = createProgress(flags.has("p") && !quiet, 1);
  progress.show(0, 1);
  try {
    commitImage(openRequest(argument), {
      depth,
      // As qemu-img: with -b, files between the two may be worth nothing afterwards.
      empty: !flags.has("d") && base === undefined,
      force: flags.has("force"),
      control: shownControl(progress),
      pace: createBrake(rate),
    });
    progress.show(1, 1);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    const told = hostReason(error);
    throw new CommandError(
      told === undefined ? plainReason(error) : `Could not commit '${name}': ${told}`,
    );
  } finally {
    progress.end();
  }
  if (!quiet) print("Image committed.\n");
  return 0;
}

/** Depth of the base that is meant: the nearest one unless it is named. Closes the image. */
function depthOf({ image, names }: NamedImage, name: string, base: string | undefined): number {
  try {
    if (base === undefined && image.layers.length === 1)
      throw new CommandError("Image does not have a backing file");
    if (base === undefined) return 1;
    const found = image.layers.findIndex(
      ({ source }, depth) =>
        depth > 0 &&
        // As it is written in the file above: relative to that one's folder.
        fileStatus(pathOf(nameBeside(names[depth - 1] ?? "", base))).identity === source.identity,
    );
    if (found > 0) return found;
    throw new CommandError(`Did not find '${base}' in the backing chain of '${name}'`);
  } finally {
    image.close();
  }
}

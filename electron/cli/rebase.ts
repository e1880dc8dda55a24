import { rebaseUnsafe, type ParentRef } from "../engine";
import { readArguments, type OptionTable } from "./arguments";
import { changing, imageToChange } from "./change";
import { CommandError, UsageError } from "./errors";
import { HelpWanted } from "./help";
import { formatNamed } from "./open";
import { isCacheMode } from "./option-values";
import { createProgress } from "./progress";
import { rebaseSafely } from "./rebase-safe";
import { createSourceOptions } from "./source-options";

const options: OptionTable = {
  flags: "hpquU",
  valued: "bfFtT",
  long: {
    help: { as: "h" },
    object: { as: "--object", valued: true },
    "image-opts": { as: "--image-opts" },
    "force-share": { as: "U" },
    trust: { as: "trust" },
    // Lamina's own.
    force: { as: "force" },
  },
};

/** Bytes of a backing file's name that a qcow2 header may give. */
const mostName = 1023;

/** `rebase`: another backing file for an image. Returns the exit code. */
export function rebase(args: readonly string[]): number {
  const values = new Map<string, string>();
  const flags = new Set<string>();
  const source = createSourceOptions();
  const [name, ...more] = readArguments("rebase", args, options, (option, value) => {
    if (option === "h") throw new HelpWanted();
    else if (options.valued.includes(option)) values.set(option, value);
    else if (!source.take(option, value)) flags.add(option);
  });
  if (name === undefined || more.length > 0) throw new UsageError("Expecting one image file name");
  const base = values.get("b");
  if (base === undefined && !flags.has("u"))
    throw new UsageError("Must specify backing file (-b) or use unsafe mode (-u)");
  if (!flags.has("u"))
    return rebaseSafely({
      image: source.image(name, values.get("f")),
      base: base ?? "",
      baseFormat: values.get("F"),
      cache: values.get("t"),
      sourceCache: values.get("T"),
      progress: flags.has("p") && !flags.has("q"),
      force: flags.has("force"),
    });
  const [cache, sourceCache] = [values.get("t") ?? "writeback", values.get("T") ?? "writeback"];
  const progress = createProgress(flags.has("p") && !flags.has("q"), 1);
  try {
    progress.show(0, 1);
    if (!isCacheMode(cache)) throw new CommandError(`Invalid cache option: ${cache}`);
    if (!isCacheMode(sourceCache))
      throw new CommandError(`Invalid source cache option: ${sourceCache}`);
    const image = imageToChange(source.image(name, values.get("f")), { alone: true });
    const format = values.get("F");
    if (format !== undefined && formatNamed(format) === undefined)
      throw new CommandError(`Invalid format name: '${format}'`);
    // By then all is done but the name, which may not be right.
    progress.show(1, 1);
    const told = failure(base ?? "");
    if (image.format !== "qcow2") throw new CommandError(`${told}Operation not supported`);
    const backing = backingOf(base ?? "", values.get("F"));
    changing(told, () => rebaseUnsafe(image.path, backing));
  } finally {
    progress.end();
  }
  return 0;
}

const failure = (base: string): string => `Could not change the backing file to '${base}': `;

/** The new base as the header names it; none for an empty name. @throws CommandError */
function backingOf(base: string, format: string | undefined): ParentRef | undefined {
  if (base === "") return undefined;
  if (format === undefined)
    throw new CommandError(`${failure(base)}backing format must be specified`);
  if (new TextEncoder().encode(base).length > mostName)
    throw new CommandError(`${failure(base)}Invalid argument`);
  return { name: base, format };
}

import { ImageError, rebaseImage } from "../engine";
import { CommandError } from "./errors";
import { nameBeside, withoutProtocol } from "./names";
import { formatNamed, openChain, openRequest, type ImageArgument } from "./open";
import { isCacheMode } from "./option-values";
import { createProgress } from "./progress";
import { shownControl } from "./shown-control";
import { hostReason, plainReason } from "./wording";

/** What `rebase` without -u was asked for. */
export interface SafeRebase {
  readonly image: ImageArgument;
  /** The new base as the image is to name it (-b); empty for none. */
  readonly base: string;
  /** Its format (-F). */
  readonly baseFormat?: string | undefined;
  /** How the image (-t) and the bases (-T) are cached; "writeback" when absent. */
  readonly cache?: string | undefined;
  readonly sourceCache?: string | undefined;
  /** Whether to show how far it is (-p), if nothing keeps it quiet. */
  readonly progress: boolean;
  /** Go on although snapshots would read otherwise (--force). */
  readonly force: boolean;
}

/** Puts an image on another base and leaves its disk as it is. Returns the exit code. @throws CommandError. */
export function rebaseSafely(wanted: SafeRebase): number {
  const { image, base, baseFormat, cache = "writeback", sourceCache = "writeback" } = wanted;
  if (!isCacheMode(cache)) throw new CommandError(`Invalid cache option: ${cache}`);
  if (!isCacheMode(sourceCache))
    throw new CommandError(`Invalid source cache option: ${sourceCache}`);
  const { layers, close } = openChain(image).image;
  close();
  if (baseFormat !== undefined && formatNamed(baseFormat) === undefined)
    throw new CommandError(`Invalid format name: '${baseFormat}'`);
  const told = `Could not change the backing file to '${base}': `;
  if (base !== "") openNewBase(image, base, baseFormat);
  if (layers[0]?.format !== "qcow2") throw new CommandError(`${told}Operation not supported`);
  if (base !== "" && baseFormat === undefined)
    throw new CommandError(`${told}backing format must be specified`);

  const progress = createProgress(wanted.progress, 1);
  progress.show(0, 1);
  try {
    rebaseImage(openRequest(image), {
      ...(base !== "" && { base: { name: base, ...(baseFormat && { format: baseFormat }) } }),
      force: wanted.force,
      control: shownControl(progress),
    });
    progress.show(1, 1);
    return 0;
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw new CommandError(told + (hostReason(error) ?? plainReason(error)));
  } finally {
    progress.end();
  }
}

/** Opens the new base's chain and closes it again: what is wrong with it is told in qemu-img's words. */
function openNewBase({ name, trust }: ImageArgument, base: string, format?: string): void {
  const full = nameBeside(withoutProtocol(name), base);
  try {
    openChain({ name: full, trust, ...(format !== undefined && { format }) }).image.close();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new CommandError(
      `Could not open new backing file '${base}': ${error.message.replace(`Could not open '${full}': `, "")}`,
    );
  }
}

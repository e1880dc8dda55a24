import type { FormatId, OptionValues } from "../../shared/model/format";
import { CommandError } from "./errors";
import { openAlone, type ImageArgument } from "./open";
import { printWarning } from "./output";
import { plainReason } from "./wording";

/** What was said of bitmaps: whether to copy them, and whether to leave out those that are broken. */
export interface BitmapWish {
  readonly copy: boolean;
  readonly skipBroken: boolean;
}

/** @throws CommandError in qemu-img's words for options that do not go together. */
export function checkBitmapWish({ copy, skipBroken }: BitmapWish, sources: number): void {
  if (skipBroken && !copy)
    throw new CommandError("Use of --skip-broken-bitmaps requires --bitmaps");
  if (copy && sources > 1)
    throw new CommandError("Copying bitmaps only possible with single source");
}

/**
 * The names of the bitmaps to copy; absent when none shall be.
 * @throws CommandError in qemu-img's words where source or target cannot have any, and for a bitmap that
 *   was not saved in order.
 */
export function chosenBitmaps(
  { copy, skipBroken }: BitmapWish,
  source: ImageArgument | undefined,
  target: { readonly format: FormatId; readonly options: OptionValues },
): { readonly bitmaps?: readonly string[] } {
  if (!copy || source === undefined) return {};
  if (source.snapshot !== undefined)
    throw new CommandError("convert: option '--bitmaps' with -l is not supported by this version");
  const layer = openAlone(source);
  layer.close();
  const { format, facts, lostBitmaps } = layer;
  if (format !== "qcow2" || facts.version === "2")
    throw new CommandError("Source lacks bitmap support");
  if (target.format !== "qcow2" || target.options["compat"] === "0.10")
    throw new CommandError(`Format driver '${target.format}' does not support bitmaps`);
  if (lostBitmaps) {
    if (!skipBroken) throw new CommandError(`Cannot copy all bitmaps: ${plainReason(lostBitmaps)}`);
    printWarning("Skipping bitmaps that cannot be read");
  }
  const isBroken = ({ flags }: { readonly flags: readonly string[] }) => flags.includes("in-use");
  // qemu-img keeps what it reads with the last one first.
  for (const each of [...facts.bitmaps].reverse()) {
    if (!isBroken(each)) continue;
    if (skipBroken) printWarning(`Skipping inconsistent bitmap '${each.name}'`);
    else
      throw new CommandError(
        `Cannot copy inconsistent bitmap '${each.name}'\n` +
          "Try --skip-broken-bitmaps, or use 'qemu-img bitmap --remove' to delete it",
      );
  }
  return { bitmaps: facts.bitmaps.filter((each) => !isBroken(each)).map(({ name }) => name) };
}

import { formatById, type ParentRef } from "../engine";
import type { FormatId } from "../../shared/model/format";
import { setOption, type CreateOptions } from "./create-options";
import { CommandError } from "./errors";
import { nameBeside, withoutProtocol } from "./names";
import { formatNamed, openWhole } from "./open";

/** A backing file as options of their own name it: `-b` and `-F` of create, `-B` and `-F` of convert. */
export interface BackingArguments {
  readonly backing?: string;
  readonly backingFormat?: string;
}

/**
 * Takes the backing file from options of its own, which win, and from `-o`. Both are in `chosen` then.
 * @throws CommandError in qemu-img's words for a format without backing files and for an empty name.
 */
export function takeBacking(
  format: FormatId,
  { backing, backingFormat }: BackingArguments,
  chosen: CreateOptions,
): ParentRef | undefined {
  const { backing: any, linksToParent = false } = formatById(format);
  const mayBack = any || linksToParent;
  if (backing !== undefined) {
    if (!mayBack) throw new CommandError(`Backing file not supported for file format '${format}'`);
    setOption(chosen, format, "backing_file", backing);
  }
  if (backingFormat !== undefined) {
    if (!mayBack)
      throw new CommandError(`Backing file format not supported for file format '${format}'`);
    setOption(chosen, format, "backing_fmt", backingFormat);
  }
  const file = chosen.get("backing_file")?.text;
  const declared = chosen.get("backing_fmt")?.text;
  if (file === "") throw new CommandError("Expected backing file name, got empty string");
  if (!mayBack && file !== undefined)
    throw new CommandError(`Option 'backing_file=${file}' is not supported by this version`);
  return file === undefined
    ? undefined
    : { name: file, ...(declared !== undefined && { format: declared }) };
}

/**
 * Checks the backing format that is to be declared.
 * @throws CommandError without a backing file, and for a format that is not known.
 */
export function checkBackingFormat(
  chosen: CreateOptions,
  backing: ParentRef | undefined,
  failed = (reason: string): CommandError => new CommandError(reason),
): void {
  if (chosen.has("backing_fmt") && backing === undefined)
    throw failed("Backing format cannot be used without backing file");
  if (backing?.format !== undefined && formatNamed(backing.format) === undefined)
    throw failed(`Parameter 'backing-fmt' does not accept value '${backing.format}'`);
}

/**
 * Checks that the backing file of the new image called `target` can be opened, with all that it
 * stands on.
 * @throws CommandError
 */
export function checkBacking(target: string, { name, format }: ParentRef, trust: boolean): void {
  const full = nameBeside(withoutProtocol(target), name);
  try {
    openWhole({ name: full, trust, ...(format !== undefined && { format }) }).image.close();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new CommandError(
      `Could not open '${target}': Could not open backing file: ${error.message}`,
    );
  }
}

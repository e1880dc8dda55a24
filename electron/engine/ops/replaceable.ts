import type { FormatId } from "../../../shared/model/format";
import { fileStatus, realPathOf } from "../io/file";
import { mayReplaceLocked } from "../io/image-locks";
import { holdersIn } from "./in-use";
import { hiddenHolder, inUse } from "./in-use-error";

/** How a new image takes the place of a file. */
export interface Replacing {
  /** Replace what is there; otherwise that is an error. */
  readonly replace: boolean;
  /**
   * Whose hold on it forbids that: `anybody`'s who has it open for writing or has locked it, or only
   * theirs whose locks keep qemu-img from writing over it. Default `anybody`.
   */
  readonly heldBy?: "anybody" | "qemu";
  /** Of the new image. */
  readonly format: FormatId;
}

/**
 * Passes unless somebody else holds a file that is to be replaced: whoever has it open would go on with
 * the old one, which then has no name, and lose what it writes.
 * @throws ImageError `in-use`, `io`.
 */
export function requireReplaceable(path: string, { replace, heldBy, format }: Replacing): void {
  if (!replace || fileStatus(path).kind !== "file") return;
  const file = realPathOf(path);
  if (heldBy === "qemu" && mayReplaceLocked(file, format)) return;
  const holders = holdersIn(file);
  const holder =
    heldBy === "qemu" ? (holders.find(({ sign }) => sign === "lock") ?? hiddenHolder) : holders[0];
  if (holder !== undefined) throw inUse(path, holder);
}

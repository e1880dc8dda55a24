import { openFileWritable, realPathOf } from "../../io/file";
import { lockForChange } from "../../io/image-locks";
import { keptLength } from "../../io/kept-length";
import type { ByteTarget } from "../../io/source";
import { holdersIn } from "../in-use";
import { hiddenHolder, inUse } from "../in-use-error";

/**
 * Opens an image file, locks it as qemu does, hands it to `change`, and closes it, which ends the
 * locks. Every change of an image in place comes through here: nobody else writes to it meanwhile.
 * @throws ImageError `in-use` when somebody else has it open for writing, or has it open as an image
 *   that must not change; `missing-file`, `unsupported` (no regular file), `io`, `truncated` when another program cuts
 *   the file short meanwhile, and what `change` throws.
 */
export function openForChange<T>(path: string, change: (file: ByteTarget) => T): T {
  const file = openFileWritable(path);
  try {
    const isFree = lockForChange(file);
    const holders = holdersIn(realPathOf(path));
    const holder = isFree
      ? holders.find(({ writes, sign }) => writes || sign === "share")
      : (holders.find(({ sign }) => sign === "lock") ?? hiddenHolder);
    if (holder !== undefined) throw inUse(path, holder);
    return change(keptLength(file));
  } finally {
    file.close();
  }
}

/**
 * Passes when the image could be changed now: nobody else writes to it or must see it unchanged.
 * @throws ImageError as `openForChange`.
 */
export const requireUnused = (path: string): void => openForChange(path, () => undefined);

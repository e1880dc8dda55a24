import type { ImageUser } from "../../../../shared/model/in-use";
import { openFileWritable, realPathOf } from "../../io/file";
import { inUse, lockForChange } from "../../io/image-locks";
import type { ByteTarget } from "../../io/source";
import { holdersIn } from "../in-use";

/**
 * Opens an image file, locks it as qemu does, hands it to `change`, and closes it, which ends the
 * locks. Every change of an image in place comes through here: nobody else writes to it meanwhile.
 * @throws ImageError `in-use` when somebody else has it open for writing, or has it open as an image
 *   that must not change; `missing-file`, `unsupported` (no regular file), `io`, and what `change` throws.
 */
export function openForChange<T>(path: string, change: (file: ByteTarget) => T): T {
  const file = openFileWritable(path);
  try {
    const isFree = lockForChange(file);
    const holders = holdersIn(realPathOf(path));
    const holder = isFree
      ? holders.find(({ writes, sign }) => writes || sign === "share")
      : (holders.find(({ sign }) => sign === "lock") ?? unknown);
    if (holder !== undefined) throw inUse(path, nameOf(holder));
    return change(file);
  } finally {
    file.close();
  }
}

/**
 * Passes when the image could be changed now: nobody else writes to it or must see it unchanged.
 * @throws ImageError as `openForChange`.
 */
export const requireUnused = (path: string): void => openForChange(path, () => undefined);

/** Somebody whom the host hides, or another thread of this process. */
const unknown: ImageUser = { sign: "lock", writes: true };

function nameOf({ process, path, sign }: ImageUser): string {
  if (process === undefined) return path ?? "another program";
  const { id, name, machine } = process;
  const what = machine === undefined ? name : `the virtual machine ${machine}, ${name}`;
  return `${what} (process ${id}${sign === "open" ? ", open for writing" : ""})`;
}

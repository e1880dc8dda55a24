import type { ImageUser } from "../../../shared/model/in-use";
import { ImageError } from "../errors";

/** Somebody whom the host hides, or another thread of this process. */
export const hiddenHolder: ImageUser = { sign: "lock", writes: true };

/** The error for an image that somebody else holds. */
export function inUse(file: string, holder: ImageUser): ImageError {
  const by = nameOf(holder);
  return new ImageError("in-use", `${file} is in use by ${by}`, {
    file,
    found: by,
    hint: "Shut the virtual machine down, or close the program that has it open, first.",
  });
}

function nameOf({ process, path, sign }: ImageUser): string {
  if (process === undefined) return path ?? "another program";
  const { id, name, machine } = process;
  const what = machine === undefined ? name : `the virtual machine ${machine}, ${name}`;
  return `${what} (process ${id}${sign === "open" ? ", open for writing" : ""})`;
}

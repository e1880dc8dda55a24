import type { ChangeConsequences } from "../../../../shared/model/change";
import { squeeze, squeezedLength } from "../../formats/qcow2/change/squeeze";
import { createPartial } from "../../image/partial-file";
import type { OpenRequest } from "../../image/open-image";
import { freeSpace, openFile } from "../../io/file";
import { createControl, type Control } from "../control";
import { openForChange } from "./open-for-change";
import { punchConsequences, punchZeros } from "./punch";

/**
 * Makes a qcow2 file as short as what it holds: gives zeros back, as `punchZeros` does, then writes the
 * image without unused clusters beside itself and puts that in its place. Disk, snapshots with what
 * they share, and compressed data stay as they are.
 *
 * Giving zeros back changes nothing that anybody reads. The new file takes the old one's name, owner and
 * permissions in one step, when it is complete, checked and on the disk; until then the old one is
 * there untouched, and what fails or is cancelled leaves no other file. Other hard links to the old
 * file keep it.
 * @throws ImageError as `punchZeros` and `squeeze`, `cancelled`, `io`.
 */
export function compactImage(request: OpenRequest, control: Control = createControl()): void {
  // What cannot be written anew is not touched at all.
  lengthWithoutGaps(request.path);
  punchZeros(request, control);
  openForChange(request.path, (file) => {
    const partial = createPartial(request.path, { replace: true, flush: true });
    try {
      squeeze(file, partial.target, control);
      control.throwIfCancelled();
      partial.commit();
    } catch (error) {
      partial.abandon();
      throw error;
    }
  });
}

/** What `compactImage` would do: `copied` is what the new file takes at most. @throws ImageError as it. */
export function compactConsequences(request: OpenRequest, control?: Control): ChangeConsequences {
  const punched = punchConsequences(request, control);
  const copied = lengthWithoutGaps(request.path);
  const free = freeSpace(request.path)?.free;
  // Refcounts of up to 64 bits for each cluster of 512 bytes or more, and their table.
  const space = copied + Math.ceil(copied / 32) + 2 ** 21 + punched.space;
  return { ...punched, copied, space, ...(free !== undefined && { free }) };
}

function lengthWithoutGaps(path: string): number {
  const file = openFile(path);
  try {
    return squeezedLength(file);
  } finally {
    file.close();
  }
}

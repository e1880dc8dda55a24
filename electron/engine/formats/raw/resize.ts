import { ImageError } from "../../errors";
import { hostBlock } from "../../io/host-blocks";
import { zeroRange } from "../../io/zero-range";
import type { ByteTarget } from "../../io/source";
import type { Resizing } from "../format";
import { sectorSize } from "./sector";

/** A raw image has the length of its disk: one change of length is all that can be seen of it. */
export const rawResize: Resizing = {
  shrinks: true,
  preallocations: ["off", "falloc", "full"],
  run(file, newSize, { preallocation }) {
    const oldSize = file.size;
    const size = Math.ceil(newSize / sectorSize) * sectorSize;
    if (size === oldSize) return;
    const grown = size - oldSize;
    try {
      if (grown > 0 && preallocation === "falloc") reserve(file, oldSize, grown);
      file.truncate(size);
      // Once it is that long, zeros may come in any order.
      if (grown > 0 && preallocation === "full") zeroRange(file, oldSize, grown);
    } catch (error) {
      // Without space for it, it stays what it was; so does the space behind its end.
      if (grown > 0) file.truncate(oldSize);
      throw error;
    }
    file.flush();
  },
};

/** Reserves what lies behind the file's end, and makes sure of it: some hosts quietly do nothing. */
function reserve(file: ByteTarget, at: number, length: number): void {
  const before = file.allocated ?? 0;
  file.allocate?.(at, length);
  // The first block of it may have been there.
  if ((file.allocated ?? 0) - before >= length - hostBlock) return;
  throw new ImageError("unsupported", `Space for ${file.name} cannot be reserved on this host`, {
    file: file.name,
    expected: length,
    found: (file.allocated ?? 0) - before,
    hint: "Choose preallocation off.",
  });
}

import { reserveRange } from "../../io/preallocation";
import { zeroRange } from "../../io/zero-range";
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
      if (grown > 0 && preallocation === "falloc") reserveRange(file, oldSize, grown);
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

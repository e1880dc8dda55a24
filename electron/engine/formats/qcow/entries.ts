import { withPageCache } from "../../io/page-cache";
import type { ByteSource } from "../../io/source";
import { entrySize } from "./header";

/** Bytes of tables that are looked at together. */
const windowSize = 4096;

/** Reads entries of the L1 table and of L2 tables by where they lie in the file. */
export interface Entries {
  /** The upper half of the entry at byte `at`. @throws ImageError `truncated`, `io`. */
  high(at: number): number;
  /** The lower half. */
  low(at: number): number;
  /**
   * How many entries from byte `at` on, at most `most`, have the same lower half as the first plus
   * `step` times their number, and the same upper half. At least 1; a carry into the upper half ends it.
   */
  alike(at: number, most: number, step: number): number;
}

/** The entries of an image's tables; at most 4 MiB of them in memory. */
export function createEntries(source: ByteSource): Entries {
  const cached = withPageCache(source);
  const window = new DataView(new ArrayBuffer(windowSize));
  const bytes = new Uint8Array(window.buffer);
  let from = 0;
  let to = 0;

  /** Makes the window hold the entry at `at`; the answer is where it lies in the window. */
  function load(at: number): number {
    if (at < from || at + entrySize > to) {
      const length = Math.max(entrySize, Math.min(windowSize, source.size - at));
      // Nothing counts as loaded when reading fails half way.
      to = from;
      cached.read(at, bytes.subarray(0, length));
      from = at;
      to = at + length;
    }
    return at - from;
  }

  return {
    high: (at) => window.getUint32(load(at)),
    low: (at) => window.getUint32(load(at) + 4),
    alike(at, most, step) {
      const high = window.getUint32(load(at));
      let expected = window.getUint32(load(at) + 4);
      let count = 1;
      while (count < most) {
        const inWindow = load(at + count * entrySize);
        const here = Math.min(most - count, Math.floor((to - from - inWindow) / entrySize));
        for (let i = 0; i < here; i += 1) {
          expected += step;
          const each = inWindow + i * entrySize;
          if (window.getUint32(each) !== high || window.getUint32(each + 4) !== expected)
            return count + i;
        }
        count += here;
      }
      return count;
    },
  };
}

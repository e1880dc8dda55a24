import { hostBytes } from "./host-blocks";
import type { ByteTarget } from "./source";

/** A target that keeps nothing of what is written, only how long and how large a file it would be. */
export interface CountingTarget extends ByteTarget {
  /** Bytes that a host with blocks of 4 KiB would give. */
  readonly allocated: number;
  /** Counts bytes [at, at + length) as written. */
  note(at: number, length: number): void;
}

/** An empty target that counts; what is read from it is zeros. */
export function countingTarget(name = "counting"): CountingTarget {
  /** What was written or reserved; beginning and end of each in bytes. */
  let ranges: [from: number, to: number][] = [];
  let size = 0;

  function give(at: number, length: number): void {
    const last = ranges.at(-1);
    if (last && at >= last[0] && at <= last[1]) last[1] = Math.max(last[1], at + length);
    else if (length > 0) ranges.push([at, at + length]);
  }
  function note(at: number, length: number): void {
    give(at, length);
    if (length > 0) size = Math.max(size, at + length);
  }

  return {
    name,
    get size() {
      return size;
    },
    get allocated() {
      let end = 0;
      const apart = ranges
        .toSorted(([a], [b]) => a - b)
        .map(([from, to]): [number, number] => {
          const begin = Math.max(from, end);
          end = Math.max(end, to);
          return [begin, Math.max(begin, to)];
        });
      return hostBytes(apart);
    },
    note,
    read: (_at, into) => into.fill(0),
    write: (at, from) => note(at, from.length),
    allocate: give,
    truncate(length) {
      ranges = ranges
        .filter(([from]) => from < length)
        .map(([from, to]) => [from, Math.min(to, length)]);
      size = length;
    },
    flush: () => {},
    close: () => {},
  };
}

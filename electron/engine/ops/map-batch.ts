import type { ByteSource } from "../io/source";

/** Entries of a map in columns: a large map has a hundred thousand of them, and an object each is dear. */
export interface MapBatch {
  /** How many entries there are; what the columns hold behind them means nothing. */
  readonly count: number;
  /** Bytes, as `length` is. */
  readonly start: Float64Array;
  readonly length: Float64Array;
  readonly depth: Uint32Array;
  /** Bits of `mapState`. */
  readonly state: Uint8Array;
  /** As `MapEntry.offset`; -1 for none. */
  readonly offset: Float64Array;
  /** As `MapEntry.file`. */
  readonly file: readonly (ByteSource | undefined)[];
}

/** Bits of `MapBatch.state`, by the fields of `MapEntry`. */
export const mapState = { present: 1, zero: 2, data: 4 } as const;

/** A batch that is filled. */
export interface GrowingBatch extends MapBatch {
  /** Adds an entry, or makes the last one longer, when it is of its kind and ends where this one begins, in the file too. */
  add(
    start: number,
    length: number,
    depth: number,
    state: number,
    offset: number,
    file: ByteSource | undefined,
  ): void;
  /** Whether all but the last entry can be told, which may still become longer. */
  isFull(): boolean;
  /** Leaves the last entry out; `putBack` makes it the first. Does nothing without any. */
  takeLast(): void;
  putBack(): void;
}

/** Entries that are told at once. */
const mostEntries = 2048;

export function createMapBatch(): GrowingBatch {
  const start = new Float64Array(mostEntries);
  const lengths = new Float64Array(mostEntries);
  const depths = new Uint32Array(mostEntries);
  const states = new Uint8Array(mostEntries);
  const offsets = new Float64Array(mostEntries);
  const files: (ByteSource | undefined)[] = [];
  let count = 0;

  return {
    get count() {
      return count;
    },
    start,
    length: lengths,
    depth: depths,
    state: states,
    offset: offsets,
    file: files,
    add(at, length, depth, state, offset, file) {
      const last = count - 1;
      if (
        last >= 0 &&
        states[last] === state &&
        depths[last] === depth &&
        files[last] === file &&
        offset === (offset < 0 ? offsets[last] : offsets[last]! + lengths[last]!)
      ) {
        lengths[last]! += length;
        return;
      }
      start[count] = at;
      lengths[count] = length;
      depths[count] = depth;
      states[count] = state;
      offsets[count] = offset;
      files[count] = file;
      count += 1;
    },
    isFull: () => count === mostEntries,
    takeLast() {
      if (count > 0) count -= 1;
    },
    putBack() {
      start[0] = start[count]!;
      lengths[0] = lengths[count]!;
      depths[0] = depths[count]!;
      states[0] = states[count]!;
      offsets[0] = offsets[count]!;
      files[0] = files[count];
      count = 1;
    },
  };
}

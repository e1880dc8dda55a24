import type { Run } from "../../image/layer";
import type { ByteSource } from "../../io/source";
import type { Extent } from "./extent";
import { absent, createGrainTables, zeroed, type GrainLayout, type Stretch } from "./grain-tables";
import { errorAt } from "./vmdk-error";

/** How the bytes of one grain, or of several in a row, are answered. */
export interface StoredGrains {
  /** Compressed grains are answered one by one. */
  readonly single: boolean;
  /**
   * @param place Byte offset of the grain that `skip` lies in.
   * @param skip Bytes from the grain's beginning; less than a grain.
   * @param length Bytes asked for, behind `skip`.
   * @param grain Index of the grain.
   */
  run(place: number, skip: number, length: number, grain: number): Run;
}

/** Table entries that one call looks at, at most: a run over terabytes of data may end early. */
const mostLooked = 2 ** 24;

/**
 * The `map` of a sparse extent (specification, "Grain Directories and Grain Tables"): one run goes on
 * as long as kind and place in the file do; where there is no table nothing is visited.
 * @throws ImageError as `createGrainTables` does.
 */
export function createGrainMap(
  source: ByteSource,
  layout: GrainLayout,
  stored: StoredGrains,
  cachePages: number,
): Extent["map"] {
  const { capacity, grainSize } = layout;
  const stretch = createGrainTables(source, layout, cachePages);
  const first: Stretch = { place: absent, count: 0, looked: false };
  const next: Stretch = { place: absent, count: 0, looked: false };

  return (at, max) => {
    const grain = Math.floor(at / grainSize);
    const skip = at - grain * grainSize;
    const most = Math.min(max, capacity - at);
    const end = stored.single ? grain + 1 : Math.ceil((at + most) / grainSize);
    stretch(grain, Math.max(end, grain + 1), first);
    let until = grain + first.count;
    let looked = first.looked ? first.count : 1;
    // A compressed grain says nothing of its neighbours, but empty ones do.
    const last = first.place < 0 ? Math.ceil((at + most) / grainSize) : end;
    while (until < last && looked < mostLooked) {
      stretch(until, last, next);
      const step = first.place < 0 ? 0 : (until - grain) * grainSize;
      if (next.place !== first.place + step) break;
      until += next.count;
      looked += next.looked ? next.count : 1;
    }
    const length = Math.min(until * grainSize - at, most);
    if (first.place === absent) return { kind: "unallocated", length };
    if (first.place === zeroed) return { kind: "zero", length };
    return stored.run(first.place, skip, length, grain);
  };
}

/** Grains that are stored as they are. What the file ends before is an error, never zeros. */
export function plainGrains(source: ByteSource): StoredGrains {
  return {
    single: false,
    run(place, skip, length) {
      const at = place + skip;
      if (at + length <= source.size) return { kind: "data", source, at, length };
      if (at < source.size) return { kind: "data", source, at, length: source.size - at };
      throw errorAt("truncated", source, at, "a grain lies past the end of the file", {
        expected: at + length,
        found: source.size,
      });
    },
  };
}

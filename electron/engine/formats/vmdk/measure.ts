import { ImageError } from "../../errors";
import { hostBlock, hostBytes, wholeHostBlocks } from "../../io/host-blocks";
import type { CreateSpec, Measure, Measurer } from "../format";
import { descriptorText, type NewExtent } from "./descriptor-writer";
import {
  descriptorSectors,
  grainSectors,
  layoutOf,
  requireRoom,
  tableEntries,
  tableSector,
} from "./layout";
import { newExtents } from "./new-extents";
import { planOf, type Plan } from "./options";
import { sectorSize } from "./sector";
import { someName } from "./writer";

const grainSize = grainSectors * sectorSize;
const tableSize = tableEntries * 4;

/**
 * Adds up what `createVmdk` makes, all files of the image together. The text of a descriptor in a file
 * of its own is counted for an image that is called `someName`.
 * @throws ImageError `invalid-argument` and `limit` as `createVmdk`; `unsupported` for an image whose
 *   grains are compressed, which takes what its data makes of it. `result` throws `limit`.
 */
export function measureVmdk(spec: CreateSpec): Measurer {
  const plan = planOf(spec);
  switch (plan.subformat) {
    case "monolithicSparse":
      return measureSparse([plan.capacity], descriptorSectors * sectorSize);
    case "streamOptimized":
      throw new ImageError("unsupported", "How far grains can be compressed is not known before");
    case "monolithicFlat":
    case "twoGbMaxExtentFlat":
      return measureFlat(plan, textLength(plan, newExtents(plan, someName)));
    case "twoGbMaxExtentSparse": {
      const extents = newExtents(plan, someName);
      const sizes = extents.map(({ sectors }) => sectors);
      return measureSparse(sizes, 0, textLength(plan, extents));
    }
  }
}

/** Bytes of the descriptor in a file of its own. */
function textLength(plan: Plan, extents: readonly NewExtent[]): number {
  return new TextEncoder().encode(descriptorText(plan, extents)).length;
}

/** Flat extents are whole host blocks, the last one excepted: as one file they take the same. */
function measureFlat({ capacity, preallocation }: Plan, text: number): Measurer {
  let blocks = 0;
  return {
    blockSize: hostBlock,
    add(_firstBlock, count) {
      blocks += count;
    },
    result() {
      const disk = capacity * sectorSize;
      const fileLength = disk + text;
      const taken = preallocation === "off" ? blocks * hostBlock : wholeHostBlocks(disk);
      const allocated = taken + wholeHostBlocks(text);
      return { fileLength, allocated, fullyAllocated: fileLength };
    },
  };
}

/** What is stored in one extent. */
interface Stored {
  grains: number;
  /** Indices of its tables that hold something, ascending. */
  readonly tables: number[];
}

const nothing: Stored = { grains: 0, tables: [] };

/**
 * @param capacities Sectors of each extent. All but the last are of one size, which is whole tables.
 * @param embedded Bytes of the descriptor in the first extent.
 * @param text Bytes of a descriptor in a file of its own.
 */
function measureSparse(capacities: readonly number[], embedded: number, text = 0): Measurer {
  // What an extent cannot have is refused now.
  for (const capacity of capacities) requireRoom(layoutOf(capacity), 0);
  const stored = capacities.map((): Stored => ({ grains: 0, tables: [] }));
  const grainsEach = Math.max(1, Math.ceil((capacities[0] ?? 0) / grainSectors));

  /** Adds grains [from, to) of one extent. */
  function addTo(extent: Stored | undefined, from: number, to: number): void {
    if (extent === undefined) return;
    extent.grains += to - from;
    const last = Math.floor((to - 1) / tableEntries);
    const next = Math.max(Math.floor(from / tableEntries), (extent.tables.at(-1) ?? -1) + 1);
    for (let table = next; table <= last; table += 1) extent.tables.push(table);
  }

  return {
    blockSize: grainSize,
    add(firstBlock, count) {
      const end = firstBlock + count;
      for (let from = firstBlock; from < end;) {
        const extent = Math.floor(from / grainsEach);
        const begin = extent * grainsEach;
        const to = Math.min(end, begin + grainsEach);
        addTo(stored[extent], from - begin, to - begin);
        from = to;
      }
    },
    result() {
      const descriptor = {
        fileLength: text,
        allocated: wholeHostBlocks(text),
        fullyAllocated: text,
      };
      return capacities
        .map((capacity, index) => measureExtent(capacity, embedded, stored[index] ?? nothing))
        .reduce(sumOf, descriptor);
    },
  };
}

/** One extent of `capacity` sectors. */
function measureExtent(capacity: number, embedded: number, { grains, tables }: Stored): Measure {
  const layout = layoutOf(capacity);
  requireRoom(layout, grains);
  const dataAt = layout.grains * sectorSize;
  const fileLength = dataAt + grains * grainSize;

  function* written(): Generator<[number, number], void, undefined> {
    yield [0, sectorSize + embedded];
    for (const [directory, group] of [
      [layout.redundantDirectory, layout.redundantTables],
      [layout.directory, layout.grainTables],
    ] as const) {
      yield [directory * sectorSize, directory * sectorSize + layout.tables * 4];
      for (const table of tables) {
        const at = tableSector(group, table) * sectorSize;
        yield [at, at + tableSize];
      }
    }
    yield [dataAt, fileLength];
  }
  return {
    fileLength,
    allocated: hostBytes(written()),
    fullyAllocated: dataAt + Math.ceil(capacity / grainSectors) * grainSize,
  };
}

function sumOf(a: Measure, b: Measure): Measure {
  return {
    fileLength: a.fileLength + b.fileLength,
    allocated: a.allocated + b.allocated,
    fullyAllocated: a.fullyAllocated + b.fullyAllocated,
  };
}

import type { MapCells, MapClass } from "../../../../shared/model/map";

/** A row of equal cells: `count` of them, `cellSize` bytes each, from byte `from` to byte `end` at most. */
export interface CellRow {
  readonly from: number;
  readonly cellSize: number;
  readonly count: number;
  /** The last cell may be cut off by the end of what is mapped. */
  readonly end: number;
}

/** Adds up what lies in each cell of a row. */
export interface Tally {
  /** Counts [at, at + length) as a class; what lies outside the row is left out. */
  add(at: number, length: number, classIndex: number): void;
  /** Counts what no class has been told of as class 0. */
  fillUp(): void;
  /** The answer for the cells. */
  result(): Pick<MapCells, "shown" | "fill" | "totals">;
}

/** The row that a question asks for, cut to what there is. */
export function cellRow(from: number, cellSize: number, count: number, size: number): CellRow {
  const there = Math.max(0, Math.ceil((size - from) / cellSize));
  const cells = Math.min(count, there);
  return { from, cellSize, count: cells, end: Math.min(size, from + cells * cellSize) };
}

/**
 * How much a class matters where a cell holds several: damage is always seen, and whatever is stored
 * before what is not.
 */
function strength(name: MapClass): number {
  if (name === "unallocated" || name === "unused" || name === "rest") return 0;
  if (name === "zero") return 1;
  return name === "unreadable" ? 3 : 2;
}

/** An empty tally: 8 bytes a cell and class. */
export function createTally(row: CellRow, classes: readonly MapClass[]): Tally {
  const { from, cellSize, count, end } = row;
  const width = classes.length;
  const bytes = new Float64Array(count * width);
  const strengths = classes.map(strength);

  const sizeOf = (cell: number): number => Math.min(cellSize, end - from - cell * cellSize);

  function add(at: number, length: number, classIndex: number): void {
    const first = Math.max(at, from) - from;
    const last = Math.min(at + length, end) - from;
    if (last <= first) return;
    let cell = Math.floor(first / cellSize);
    for (let done = first; done < last; cell++) {
      const until = Math.min(last, (cell + 1) * cellSize);
      bytes[cell * width + classIndex]! += until - done;
      done = until;
    }
  }

  /** The class that a cell shows, and the bytes of it and of all that matters as much. */
  function dominant(cell: number): { shown: number; taken: number } {
    let shown = 0;
    let taken = 0;
    for (let i = 0; i < width; i++) {
      const here = bytes[cell * width + i]!;
      if (here === 0) continue;
      const more = strengths[i]! - strengths[shown]!;
      if (taken === 0 || more > 0) {
        shown = i;
        taken = here;
      } else if (more === 0) {
        taken += here;
        if (here > bytes[cell * width + shown]!) shown = i;
      }
    }
    return { shown, taken };
  }

  return {
    add,
    fillUp() {
      for (let cell = 0; cell < count; cell++) {
        let told = 0;
        for (let i = 0; i < width; i++) told += bytes[cell * width + i]!;
        bytes[cell * width]! += Math.max(0, sizeOf(cell) - told);
      }
    },
    result() {
      const shown = new Uint8Array(count);
      const fill = new Uint8Array(count);
      const totals = classes.map(() => 0);
      for (let cell = 0; cell < count; cell++) {
        for (let i = 0; i < width; i++) totals[i]! += bytes[cell * width + i]!;
        const { shown: most, taken } = dominant(cell);
        shown[cell] = most;
        const share = Math.min(1, taken / sizeOf(cell));
        if (taken > 0) fill[cell] = Math.max(1, Math.floor(share * 255));
      }
      return { shown, fill, totals };
    },
  };
}

import type { MapCells } from "../../../shared/model/map";
import { mostCells } from "../../../shared/model/most-cells";
import type { Scene } from "./geometry";
import type { Palette } from "./palette";

/** Where cells are looked up: the rows that are known, and the whole in large cells. */
export interface KnownCells {
  row(cellSize: number, index: number): MapCells | undefined;
  readonly overview: { readonly cells: MapCells; readonly cellSize: number } | undefined;
}

/**
 * The colour of each cell as a word of `ImageData`. Where a cell is not known yet, the large cell of the
 * overview that it is part of stands in for it.
 */
export function shadeCells(
  { cellSize }: Scene,
  { row, overview }: KnownCells,
  palette: Palette,
): (cell: number) => number {
  // Cells are asked for one after the other: the row they are in is looked up once.
  let index = -1;
  let known: MapCells | undefined;
  return (cell) => {
    const wanted = Math.floor(cell / mostCells);
    if (wanted !== index) {
      index = wanted;
      known = row(cellSize, wanted);
    }
    if (known !== undefined) {
      const place = cell - index * mostCells;
      return palette.word(known.shown[place] ?? 0, known.fill[place] ?? 0);
    }
    if (overview === undefined) return palette.unknown;
    const place = Math.floor((cell * cellSize) / overview.cellSize);
    return palette.word(overview.cells.shown[place] ?? 0, overview.cells.fill[place] ?? 0);
  };
}

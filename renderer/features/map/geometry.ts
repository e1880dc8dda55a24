import { mostCells } from "../../../shared/model/map";

/** How cells lie in a window. All lengths in device pixels, so that no edge is blurred. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** From one cell's edge to the next one's, the gap with it. */
  readonly pitch: number;
  readonly gap: number;
  readonly columns: number;
  /** Whole rows that are seen at once. */
  readonly rows: number;
}

/** Pixels of a cell with its gap, in CSS pixels: the usual, and the most where there are few cells. */
const usualPitch = 10.5;
const largestPitch = 30;

/**
 * The layout of a window of `width` × `height` device pixels at `ratio` device pixels to a CSS one: the
 * largest cells with which all `units` fit, else small ones of which at most `mostCells` fit.
 */
export function layoutCells(
  width: number,
  height: number,
  ratio: number,
  units: number,
): Layout | undefined {
  const least = Math.max(3, Math.round(usualPitch * ratio));
  const at = (pitch: number): Layout => {
    const gap = Math.max(1, Math.round(pitch * 0.13));
    const fitting = (length: number): number => Math.floor((length + gap) / pitch);
    return { width, height, pitch, gap, columns: fitting(width), rows: fitting(height) };
  };
  const holds = ({ columns, rows }: Layout): number => columns * rows;
  if (holds(at(least)) === 0) return undefined;
  let pitch = least;
  while (holds(at(pitch)) > mostCells) pitch += 1;
  while (pitch + 1 <= largestPitch * ratio && holds(at(pitch + 1)) >= units) pitch += 1;
  return at(pitch);
}

/** Bytes of a cell with which the whole of `size` bytes is seen at once: whole units, at least one. */
export function fitCellSize(size: number, unit: number, { columns, rows }: Layout): number {
  return Math.max(1, Math.ceil(size / (columns * rows) / unit)) * unit;
}

/** The sizes of cells from the whole to one unit, the largest first. */
export function zoomLevels(fit: number, unit: number): number[] {
  const levels = [fit];
  for (let k = Math.floor(Math.log2(fit / unit)); k >= 0; k--) {
    const size = unit * 2 ** k;
    // A step that is hardly seen is none.
    if (size <= fit * 0.75 || (k === 0 && size < fit)) levels.push(size);
  }
  return levels;
}

/** Which part of the map is seen. */
export interface Scene {
  readonly layout: Layout;
  /** Bytes of the whole map and of one cell. */
  readonly size: number;
  readonly cellSize: number;
}

/** How many cells the whole map has. */
export const cellCount = ({ size, cellSize }: Scene): number => Math.ceil(size / cellSize);

/** How far it can be scrolled, in device pixels. */
export function scrollEnd(scene: Scene): number {
  const { height, pitch, gap, columns } = scene.layout;
  return Math.max(0, Math.ceil(cellCount(scene) / columns) * pitch - gap - height);
}

/** The cell at a point of the window, scrolled by `top`; undefined between rows' ends and behind the last. */
export function cellAt(scene: Scene, top: number, x: number, y: number): number | undefined {
  const { pitch, columns } = scene.layout;
  const column = Math.floor(x / pitch);
  if (column < 0 || column >= columns || y < 0) return undefined;
  const cell = Math.floor((y + top) / pitch) * columns + column;
  return cell < cellCount(scene) ? cell : undefined;
}

/** The cells that are at least partly seen: [first, end). */
export function seenCells(scene: Scene, top: number): { first: number; end: number } {
  const { height, pitch, columns } = scene.layout;
  const first = Math.floor(top / pitch) * columns;
  const end = Math.ceil((top + height) / pitch) * columns;
  return { first, end: Math.min(end, cellCount(scene)) };
}

/** Where to scroll so that a cell is wholly seen, as near to `top` as that can be. */
export function scrollTo(scene: Scene, top: number, cell: number): number {
  const { height, pitch, gap, columns } = scene.layout;
  const at = Math.floor(cell / columns) * pitch;
  return Math.max(
    0,
    Math.min(scrollEnd(scene), Math.max(at + pitch - gap - height, Math.min(top, at))),
  );
}

/** Where to scroll so that the cell with byte `at` has its row at `y` of the window. */
export function scrollForByte(scene: Scene, at: number, y: number): number {
  const { pitch, columns } = scene.layout;
  const row = Math.floor(Math.floor(at / scene.cellSize) / columns);
  return Math.max(0, Math.min(scrollEnd(scene), row * pitch - y));
}

import { mostCells } from "../../../shared/model/most-cells";

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

/** A window in device pixels, `ratio` of them to a CSS pixel. */
interface Box {
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
}

/**
 * The layout in which all of `size` bytes is seen at once, and bytes of a cell: whole units, at least one.
 * The cells are small, but for few of them large. Undefined where there is no room for one.
 */
export function layoutCells(
  { width, height, ratio }: Box,
  size: number,
  unit: number,
): { readonly layout: Layout; readonly fit: number } | undefined {
  const at = (pitch: number): Layout => {
    const gap = Math.max(1, Math.round(pitch * 0.13));
    const fitting = (length: number): number => Math.floor((length + gap) / pitch);
    return { width, height, pitch, gap, columns: fitting(width), rows: fitting(height) };
  };
  const holds = ({ columns, rows }: Layout): number => columns * rows;
  let pitch = Math.max(3, Math.round(usualPitch * ratio));
  if (holds(at(pitch)) === 0) return undefined;
  while (holds(at(pitch)) > mostCells) pitch += 1;
  const fit = Math.max(1, Math.ceil(size / holds(at(pitch)) / unit)) * unit;
  const cells = Math.ceil(size / fit);
  while (pitch + 1 <= largestPitch * ratio && holds(at(pitch + 1)) >= cells) pitch += 1;
  return { layout: at(pitch), fit };
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

/** The scene of cells of a size: no higher than they take. */
export function sceneOf(layout: Layout, size: number, cellSize: number): Scene {
  const { columns, pitch, gap, height } = layout;
  const needed = Math.ceil(Math.ceil(size / cellSize) / columns) * pitch - gap;
  return { layout: { ...layout, height: Math.min(height, needed) }, size, cellSize };
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

import { scrollEnd, scrollForByte, scrollTo, seenCells, type Scene } from "./geometry";

/** How much of the way to its aim a smooth scroll goes in each frame. */
const ease = 0.35;

/** What part of a map is seen, in device pixels; kept outside React, which has no part in a frame. */
export interface Scroller {
  readonly top: number;
  /** Takes another size or zoom; what was at the top, or the byte that was held, stays where it was. */
  setScene(scene: Scene): void;
  /** Keeps the row of byte `at` where it is when the next scene comes; in the middle, if it is not seen. */
  hold(at: number): void;
  /** The byte in the middle of the window. */
  middle(): number;
  /** Scrolls by so many pixels; false when there is no way further. */
  by(delta: number, smooth: boolean): boolean;
  to(top: number): void;
  /** Scrolls until a cell is wholly seen. */
  show(cell: number): void;
  /** Goes on for one frame. */
  step(): void;
  /** Tells that something else is new to draw. */
  redraw(): void;
  /** Hears that there is something new to draw; returns what ends it. */
  watch(watcher: () => void): () => void;
}

export function createScroller(): Scroller {
  const watchers = new Set<() => void>();
  const moved = (): void => {
    for (const watcher of watchers) watcher();
  };
  let scene: Scene | undefined;
  let top = 0;
  let aim = 0;
  let held: { readonly at: number; readonly y: number } | undefined;

  function go(to: number): void {
    top = to;
    aim = to;
    moved();
  }

  return {
    get top() {
      return top;
    },
    setScene(next) {
      if (next === scene) return;
      const first = scene === undefined ? 0 : seenCells(scene, top).first * scene.cellSize;
      const { at, y } = held ?? { at: first, y: 0 };
      held = undefined;
      scene = next;
      go(scrollForByte(next, at, y));
    },
    hold(at) {
      if (scene === undefined) return;
      const { pitch, columns, height } = scene.layout;
      const y = Math.floor(Math.floor(at / scene.cellSize) / columns) * pitch - top;
      held = { at, y: y >= 0 && y < height ? y : height / 2 };
    },
    middle() {
      if (scene === undefined) return 0;
      const { first, end } = seenCells(scene, top);
      return Math.floor((first + end) / 2) * scene.cellSize;
    },
    by(delta, smooth) {
      if (scene === undefined) return false;
      const to = Math.max(0, Math.min(scrollEnd(scene), aim + delta));
      if (to === aim) return false;
      if (smooth) {
        aim = to;
        moved();
      } else go(to);
      return true;
    },
    to(at) {
      if (scene !== undefined) go(Math.max(0, Math.min(scrollEnd(scene), at)));
    },
    show(cell) {
      if (scene !== undefined) go(scrollTo(scene, aim, cell));
    },
    step() {
      const left = aim - top;
      if (left === 0) return;
      if (Math.abs(left) < 1) top = aim;
      else top += left * ease;
      moved();
    },
    redraw: moved,
    watch(watcher) {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
  };
}

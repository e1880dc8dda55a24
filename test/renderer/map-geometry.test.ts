import { describe, expect, it } from "vitest";
import {
  cellAt,
  cellCount,
  layoutCells,
  sceneOf,
  scrollEnd,
  scrollForByte,
  scrollTo,
  seenCells,
  zoomLevels,
} from "../../renderer/features/map/geometry";
import { keyAction } from "../../renderer/features/map/keys";
import { mostCells } from "../../shared/model/most-cells";

const KiB = 1024;
const GiB = 2 ** 30;
const TiB = 2 ** 40;
const unit = 64 * KiB;

function fitted(size: number, width = 950, height = 350, ratio = 1) {
  const found = layoutCells({ width, height, ratio }, size, unit);
  if (found === undefined) throw new Error("no room");
  return found;
}

describe("the layout of a map", () => {
  it("shows all of a disk in small cells of whole clusters", () => {
    for (const size of [40 * GiB, 2 * TiB, 2 * TiB + 512])
      for (const ratio of [1, 1.25, 2]) {
        const { layout, fit } = fitted(size, 950 * ratio, 350 * ratio, ratio);
        expect(fit % unit).toBe(0);
        const cells = Math.ceil(size / fit);
        expect(cells).toBeLessThanOrEqual(layout.columns * layout.rows);
        expect(layout.columns * layout.pitch - layout.gap).toBeLessThanOrEqual(layout.width);
        expect(scrollEnd(sceneOf(layout, size, fit))).toBe(0);
      }
  });

  it("has larger cells where there are few, and no more than can be asked for where there are many", () => {
    expect(fitted(unit).layout.pitch).toBeGreaterThan(fitted(40 * GiB).layout.pitch);
    const { layout, fit } = fitted(2 * TiB, 7680, 4000, 1);
    expect(layout.columns * layout.rows).toBeLessThanOrEqual(mostCells);
    expect(Math.ceil((2 * TiB) / fit)).toBeLessThanOrEqual(mostCells);
    expect(layoutCells({ width: 0, height: 0, ratio: 1 }, unit, unit)).toBeUndefined();
  });

  it("takes no more height than its cells", () => {
    const { layout, fit } = fitted(3 * unit);
    expect(sceneOf(layout, 3 * unit, fit).layout.height).toBe(layout.pitch - layout.gap);
    expect(sceneOf(layout, 2 * TiB, unit).layout.height).toBe(layout.height);
  });
});

describe("zooming", () => {
  it("goes from the whole to one cluster, each step smaller", () => {
    const { fit } = fitted(2 * TiB);
    const levels = zoomLevels(fit, unit);
    expect(levels[0]).toBe(fit);
    expect(levels.at(-1)).toBe(unit);
    expect(levels.every((size, i) => i === 0 || size < (levels[i - 1] ?? 0))).toBe(true);
    expect(levels.every((size) => size % unit === 0)).toBe(true);
    expect(zoomLevels(unit, unit)).toEqual([unit]);
    expect(zoomLevels(3 * unit, unit)).toEqual([3 * unit, 2 * unit, unit]);
  });
});

describe("what is seen of a map", () => {
  const size = 2 * TiB;
  const { layout } = fitted(size);
  const scene = sceneOf(layout, size, unit);

  it("is found from points and leads back to them, to the last cluster of 2 TiB", () => {
    const last = cellCount(scene) - 1;
    expect(last).toBe(2 ** 25 - 1);
    for (const cell of [0, 1, layout.columns, 12_345_678, last]) {
      const top = scrollTo(scene, 0, cell);
      const { first, end } = seenCells(scene, top);
      expect(cell).toBeGreaterThanOrEqual(first);
      expect(cell).toBeLessThan(end);
      const x = (cell % layout.columns) * layout.pitch + 1;
      const y = Math.floor(cell / layout.columns) * layout.pitch - top + 1;
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThan(layout.height);
      expect(cellAt(scene, top, x, y)).toBe(cell);
    }
    expect(scrollTo(scene, 0, last)).toBe(scrollEnd(scene));
    expect(cellAt(scene, scrollEnd(scene), layout.width + 50, 5)).toBeUndefined();
  });

  it("does not scroll for a cell that is seen", () => {
    const top = scrollTo(scene, 0, 1_000_000);
    expect(scrollTo(scene, top, 1_000_000)).toBe(top);
    expect(scrollTo(scene, top, 1_000_000 - layout.columns)).toBe(top);
  });

  it("keeps a byte's row where it was", () => {
    const at = 1_234_567 * unit;
    const top = scrollForByte(scene, at, 100);
    const row = Math.floor(1_234_567 / layout.columns);
    expect(row * layout.pitch - top).toBe(100);
    expect(scrollForByte(scene, 0, 100)).toBe(0);
  });

  it("is moved through by keys that stay on the map", () => {
    const last = cellCount(scene) - 1;
    expect(keyAction("ArrowRight", 5, scene)).toEqual({ cell: 6 });
    expect(keyAction("ArrowRight", last, scene)).toEqual({ cell: last });
    expect(keyAction("ArrowLeft", 0, scene)).toEqual({ cell: 0 });
    expect(keyAction("ArrowDown", 0, scene)).toEqual({ cell: layout.columns });
    expect(keyAction("ArrowDown", last, scene)).toBeUndefined();
    expect(keyAction("ArrowUp", 3, scene)).toBeUndefined();
    expect(keyAction("PageDown", last - 1, scene)).toEqual({ cell: last });
    expect(keyAction("End", 0, scene)).toEqual({ cell: last });
    expect(keyAction("Home", 77, scene)).toEqual({ cell: 0 });
    expect(keyAction("Enter", 0, scene)).toEqual({ zoom: 2 });
    expect(keyAction("-", 0, scene)).toEqual({ zoom: -1 });
    expect(keyAction("a", 0, scene)).toBeUndefined();
  });
});

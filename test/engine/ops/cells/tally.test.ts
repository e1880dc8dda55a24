import { describe, expect, it } from "vitest";
import { cellRow, createTally } from "../../../../electron/engine/ops/cells/tally";
import type { MapClass } from "../../../../shared/model/map";
import { random, runSeed } from "../../../helpers/seed";

const classes: readonly MapClass[] = ["unallocated", "zero", "data", "compressed", "unreadable"];

/** What a cell shows, told byte by byte. */
function modelCell(bytes: readonly number[]): { shown: number; fill: number } {
  const count = (index: number): number => bytes.filter((byte) => byte === index).length;
  const groups = [[4], [2, 3], [1], [0]];
  const group = groups.find((members) => members.some((index) => count(index) > 0)) ?? [0];
  const shown = group.reduce((best, index) => (count(index) > count(best) ? index : best));
  const taken = group.reduce((sum, index) => sum + count(index), 0);
  return { shown, fill: Math.max(1, Math.floor((taken / bytes.length) * 255)) };
}

describe("the tally of a row of cells", () => {
  it(`is what counting every byte gives (seed ${runSeed})`, () => {
    const r = random(runSeed);
    for (let round = 0; round < 200; round++) {
      const size = r.between(1, 400);
      const bytes = Array.from({ length: size }, () => 0);
      const from = r.between(0, size);
      const row = cellRow(from, r.between(1, 40), r.between(1, 20), size);
      const tally = createTally(row, classes);
      for (let at = 0; at < size;) {
        const length = Math.min(size - at, r.between(1, 50));
        const index = r.between(0, classes.length);
        // What is not told of counts as the first class.
        if (index > 0) tally.add(at, length, index);
        bytes.fill(index, at, at + length);
        at += length;
      }
      tally.fillUp();
      const { shown, fill, totals } = tally.result();
      const cells = Array.from({ length: row.count }, (_, cell) => {
        const at = from + cell * row.cellSize;
        return bytes.slice(at, Math.min(at + row.cellSize, row.end));
      });
      const models = cells.map(modelCell);
      expect([...shown]).toEqual(models.map((model) => model.shown));
      expect([...fill]).toEqual(models.map((model) => model.fill));
      expect(totals).toEqual(
        classes.map((_, index) => cells.flat().filter((byte) => byte === index).length),
      );
    }
  });

  it("has no cells where there is nothing", () => {
    expect(cellRow(0, 4096, 10, 0)).toMatchObject({ count: 0, end: 0 });
    expect(cellRow(8192, 4096, 10, 5000).count).toBe(0);
    const tally = createTally(cellRow(0, 4096, 10, 0), classes);
    tally.fillUp();
    expect(tally.result().totals).toEqual([0, 0, 0, 0, 0]);
  });
});

import { statSync } from "node:fs";
import { expect, it } from "vitest";
import {
  checkImage,
  deleteSnapshots,
  freedBy,
  listSnapshots,
  openTopLayer,
} from "../../../electron/engine";
import { describeWithQemu } from "../../helpers/qemu-img";
import { random, runSeed } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { mustBeSound } from "./oracle-check";
import { layouts, randomImage } from "./random-image";

function usedBytes(path: string): number {
  const layer = openTopLayer({ path, grants: [] });
  try {
    return layer.usedBytes?.() ?? 0;
  } finally {
    layer.close();
  }
}

describeWithQemu("what deleting snapshots gives back is foretold to the byte", () => {
  for (const [i, layout] of layouts.entries()) {
    if (layout.snapshots === 0) continue;
    const seed = runSeed + i;
    it(`${layout.clusterSize}, ${layout.options ?? "default"} (seed ${seed})`, () => {
      const r = random(seed);
      const path = randomImage(r, tempFolder(), { ...layout, snapshots: 4 });
      while (listSnapshots(path).length > 0) {
        const all = listSnapshots(path).map((_, index) => index);
        const set = r.shuffled(all).slice(0, r.between(1, all.length + 1));
        const alone = set.map((index) => freedBy(path, [index]));
        const foretold = freedBy(path, set);
        expect(foretold).toBeGreaterThanOrEqual(Math.max(...alone));
        const before = usedBytes(path);
        const { size } = statSync(path);
        deleteSnapshots(path, set);
        expect(before - usedBytes(path)).toBe(foretold);
        expect(checkImage(path)).toMatchObject({ leaks: 0, corruptions: 0 });
        expect(statSync(path).size).toBeGreaterThanOrEqual(size);
      }
      mustBeSound(path);
    });
  }
});

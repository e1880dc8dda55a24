import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkQcow2 } from "../../../electron/engine/formats/qcow2/check/survey";
import {
  applySnapshot,
  createSnapshot,
  deleteSnapshots,
  renameSnapshot,
} from "../../../electron/engine/formats/qcow2/change/snapshots";
import { ImageError } from "../../../electron/engine/errors";
import { memorySource } from "../../../electron/engine/io/memory";
import type { ByteTarget } from "../../../electron/engine/io/source";
import { describeWithQemu } from "../../helpers/qemu-img";
import { random, runSeed, type Random } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { stateOf } from "./disk-state";
import { mustBeSound } from "./oracle-check";
import { layouts, randomImage, type Layout } from "./random-image";
import { bytesOf, crashes, recordingTarget, replay } from "./recording";

/** A change of an image, with what it needs drawn from `r`. */
type Change = (file: ByteTarget, r: Random, layout: Layout) => void;

const newSnapshot = { name: "new", dateSeconds: 1_700_000_000, dateNanoseconds: 5 };

const changes: Record<string, Change> = {
  create: (file) => createSnapshot(file, newSnapshot),
  apply: (file, r, { snapshots }) => applySnapshot(file, r.between(0, snapshots)),
  delete: (file, r, { snapshots }) => deleteSnapshots(file, [r.between(0, snapshots)]),
  "delete all": (file, _, { snapshots }) =>
    deleteSnapshots(
      file,
      Array.from({ length: snapshots }, (_, i) => i),
    ),
  rename: (file, r, { snapshots }) =>
    renameSnapshot(file, r.between(0, snapshots), "n".repeat(r.between(1, 256))),
};

/** Asks qemu-img about one crash in so many, and about the last. */
const asked = 40;

describeWithQemu("whatever a crash leaves of a change is the image before or after", () => {
  for (const [i, layout] of layouts.entries()) {
    const seed = runSeed + i;
    it(`${layout.clusterSize}, ${layout.options ?? "default"} (seed ${seed})`, () => {
      const r = random(seed);
      const folder = tempFolder();
      const before = new Uint8Array(readFileSync(randomImage(r, folder, layout)));
      const stateBefore = stateOf(before);
      const path = join(folder, "crashed.qcow2");
      let until = asked;
      for (const [name, change] of Object.entries(changes)) {
        if (layout.snapshots === 0 && name !== "create") continue;
        const { file, steps } = recordingTarget(before);
        try {
          change(file, r, layout);
        } catch (error) {
          // One bit counts no second use: that is refused, and nothing is written.
          if (!(error instanceof ImageError) || error.code !== "limit") throw error;
          expect(layout.options).toBe("refcount_bits=1");
          expect(steps).toEqual([]);
          continue;
        }
        const after = bytesOf(file);
        const stateAfter = stateOf(after);
        writeFileSync(path, after);
        mustBeSound(path);
        for (const done of crashes(r, steps, 4)) {
          const left = replay(before, done);
          const { corruptions, checkErrors } = checkQcow2(memorySource(left));
          expect({ corruptions, checkErrors }, name).toEqual({ corruptions: 0, checkErrors: 0 });
          expect([stateBefore, stateAfter], name).toContain(stateOf(left));
          until -= 1;
          if (until > 0) continue;
          until = asked;
          writeFileSync(path, left);
          mustBeSound(path, true);
        }
      }
    });
  }
});

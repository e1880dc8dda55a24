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
import { resizeQcow2 } from "../../../electron/engine/formats/qcow2/change/resize";
import type { Preallocation } from "../../../electron/engine/formats/format";
import { ImageError } from "../../../electron/engine/errors";
import { memorySource } from "../../../electron/engine/io/memory";
import type { ByteTarget } from "../../../electron/engine/io/source";
import { expectBytes } from "../../helpers/bytes";
import { describeWithQemu } from "../../helpers/qemu-img";
import { random, runSeed, type Random } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { guestBytes, stateOf } from "./disk-state";
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
  grow: (file, r, layout) => resize(file, r, layout, true),
  shrink: (file, r, layout) => resize(file, r, layout, false),
  "grow with metadata": (file, r, layout) => resize(file, r, layout, true, "metadata"),
  "grow in full": (file, r, layout) => resize(file, r, layout, true, "full"),
};

const needSnapshots = new Set(["apply", "delete", "delete all", "rename"]);

/** Another size: of whole clusters and not, past the L1 table's end and not. */
function resize(
  file: ByteTarget,
  r: Random,
  { clusterSize, clusters }: Layout,
  grow: boolean,
  preallocation: Preallocation = "off",
): void {
  const old = clusters * clusterSize;
  const size = grow
    ? old + r.pick([512, clusterSize * 3, old * 40])
    : r.pick([512 * r.between(0, old / 512), clusterSize * r.between(0, clusters)]);
  const disk = guestBytes(bytesOf(file));
  resizeQcow2(file, size, {
    shrink: !grow,
    preallocation,
    baseSize: 0,
    read: (at, into) => into.set(disk.subarray(at, at + into.length)),
  });
  const resized = new Uint8Array(size);
  resized.set(disk.subarray(0, size));
  expectBytes(guestBytes(bytesOf(file)), resized);
}

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
        if (layout.snapshots === 0 && needSnapshots.has(name)) continue;
        const { file, steps } = recordingTarget(before);
        try {
          change(file, r, layout);
        } catch (error) {
          // One bit counts no second use, and version 2 has no sizes of snapshots. Four bits count 15,
          // which a cluster with much compressed data has when another snapshot is taken.
          const refused = layout.options === "compat=0.10" ? "unsupported" : "limit";
          if (!(error instanceof ImageError) || error.code !== refused) throw error;
          const narrow =
            name === "create" ? ["refcount_bits=1", "refcount_bits=4"] : ["refcount_bits=1"];
          expect([...narrow, "compat=0.10"]).toContain(layout.options);
          expect(steps).toEqual([]);
          continue;
        }
        const after = bytesOf(file);
        const stateAfter = stateOf(after);
        writeFileSync(path, after);
        mustBeSound(path);
        for (const done of crashes(r, steps, 2)) {
          const left = replay(before, done);
          const { corruptions, checkErrors, findings } = checkQcow2(memorySource(left));
          const why = `${name}: ${findings.map(({ at, text }) => `${at} ${text}`).join(", ")}`;
          expect({ corruptions, checkErrors }, why).toEqual({ corruptions: 0, checkErrors: 0 });
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

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { addBitmap, clearBitmap, enableBitmap, removeBitmap } from "../../../electron/engine";
import * as inFile from "../../../electron/engine/formats/qcow2/change/bitmaps";
import { checkQcow2 } from "../../../electron/engine/formats/qcow2/check/survey";
import { memorySource } from "../../../electron/engine/io/memory";
import { describeWithQemu, qemuImg, qemuIo, qemuJson } from "../../helpers/qemu-img";
import { random, runSeed } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { openBytes } from "../formats/qcow2/handmade";
import { stateOf } from "./disk-state";
import { mustBeSound } from "./oracle-check";
import { bytesOf, crashes, recordingTarget, replay } from "./recording";

interface Info {
  readonly "format-specific": { data: { bitmaps?: { name: string; flags: string[] }[] } };
}
const bitmapsOf = (path: string): string[] =>
  (qemuJson<Info>(["info", path])["format-specific"].data.bitmaps ?? []).map(
    ({ name, flags }) => `${name} ${flags.join()}`,
  );

describeWithQemu("bitmaps", () => {
  for (const clusterSize of [512, 65536]) {
    const seed = runSeed + clusterSize;
    it(`change as qemu-img changes them, in clusters of ${clusterSize} (seed ${seed})`, () => {
      const r = random(seed);
      const path = join(tempFolder(), "a.qcow2");
      qemuImg(["create", "-q", "-f", "qcow2", "-o", `cluster_size=${clusterSize}`, path, "4M"]);
      addBitmap(path, { name: "mine", granularity: 512, enabled: true });
      mustBeSound(path);
      qemuImg(["bitmap", "--add", "-g", "4096", path, "theirs"]);
      qemuIo(path, "qcow2", ["write -P 3 1M 70k"]);
      expect(bitmapsOf(path)).toEqual(["mine auto", "theirs auto"]);
      enableBitmap(path, "theirs", false);
      expect(bitmapsOf(path)).toEqual(["mine auto", "theirs "]);
      mustBeSound(path);

      const before = new Uint8Array(readFileSync(path));
      const parts = [
        (bytes: typeof before) => recorded(bytes, (file) => inFile.clearBitmap(file, "mine")),
        (bytes: typeof before) => recorded(bytes, (file) => inFile.removeBitmap(file, "mine")),
        (bytes: typeof before) =>
          recorded(bytes, (file) =>
            inFile.addBitmap(file, {
              name: "n".repeat(1023),
              granularity: 2 ** 31,
              enabled: false,
            }),
          ),
      ];
      for (const part of parts) {
        const { after, steps } = part(before);
        const facts = [before, after].map((bytes) =>
          JSON.stringify(openBytes(bytes).facts.bitmaps),
        );
        for (const done of crashes(r, steps, 2)) {
          const left = replay(before, done);
          expect(checkQcow2(memorySource(left))).toMatchObject({ corruptions: 0, checkErrors: 0 });
          expect(facts).toContain(JSON.stringify(openBytes(left).facts.bitmaps));
          expect(stateOf(left)).toBe(stateOf(before));
        }
        const copy = `${path}.copy`;
        writeFileSync(copy, after);
        mustBeSound(copy);
      }

      clearBitmap(path, "mine");
      mustBeSound(path);
      qemuImg(["bitmap", "--merge", "theirs", path, "mine"]);
      removeBitmap(path, "theirs");
      removeBitmap(path, "mine");
      mustBeSound(path);
      expect(bitmapsOf(path)).toEqual([]);
      expect(() => removeBitmap(path, "mine")).toThrow("no bitmap");
    });
  }
});

function recorded(
  before: Uint8Array,
  change: (file: ReturnType<typeof recordingTarget>["file"]) => void,
): { after: Uint8Array; steps: ReturnType<typeof recordingTarget>["steps"] } {
  const { file, steps } = recordingTarget(before);
  change(file);
  return { after: bytesOf(file), steps };
}

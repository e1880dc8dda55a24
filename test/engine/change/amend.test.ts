import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { amendImage, rebaseUnsafe } from "../../../electron/engine";
import {
  amendQcow2,
  rebaseUnsafe as rebaseFile,
} from "../../../electron/engine/formats/qcow2/change/amend";
import { checkQcow2 } from "../../../electron/engine/formats/qcow2/check/survey";
import { memorySource } from "../../../electron/engine/io/memory";
import { describeWithQemu, qemuImg, qemuJson } from "../../helpers/qemu-img";
import { random, runSeed } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { openBytes } from "../formats/qcow2/handmade";
import { stateOf } from "./disk-state";
import { mustBeSound } from "./oracle-check";
import { layouts, randomImage } from "./random-image";
import { bytesOf, crashes, recordingTarget, replay } from "./recording";

interface Info {
  readonly "backing-filename"?: string;
  readonly "backing-filename-format"?: string;
  readonly "format-specific": { data: Record<string, unknown> };
}
const infoOf = (path: string): Info => qemuJson<Info>(["info", path]);

describeWithQemu("amend", () => {
  for (const [i, layout] of layouts.entries()) {
    const seed = runSeed + i;
    it(`keeps disk and snapshots: ${layout.clusterSize}, ${layout.options ?? "default"} (seed ${seed})`, () => {
      const r = random(seed);
      const path = randomImage(r, tempFolder(), layout);
      const state = stateOf(readFileSync(path));
      amendImage(path, { compat: "1.1", lazy_refcounts: true });
      for (const bits of [64, 32, 16, 8]) {
        amendImage(path, { refcount_bits: bits });
        mustBeSound(path);
        expect(infoOf(path)["format-specific"].data).toMatchObject({
          compat: "1.1",
          "lazy-refcounts": true,
          "refcount-bits": bits,
        });
        expect(stateOf(readFileSync(path))).toBe(state);
      }
      const before = new Uint8Array(readFileSync(path));
      const { file, steps } = recordingTarget(before);
      amendQcow2(file, { refcount_bits: 32, lazy_refcounts: false });
      for (const done of crashes(r, steps, 1)) {
        const left = replay(before, done);
        expect(checkQcow2(memorySource(left))).toMatchObject({ corruptions: 0, checkErrors: 0 });
        expect(stateOf(left)).toBe(state);
      }
    });
  }

  it("gives no backing file to an image whose data file is the whole disk", () => {
    const folder = tempFolder();
    const options = "data_file=whole.raw,data_file_raw=on";
    qemuImg(["create", "-q", "-f", "qcow2", "-o", options, "whole.qcow2", "1M"], folder);
    const path = join(folder, "whole.qcow2");
    const before = readFileSync(path);
    expect(() => rebaseUnsafe(path, { name: "base", format: "raw" })).toThrow(
      "Backing file and data-file-raw cannot be used at the same time",
    );
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it("goes to version 2 and back, and not with zero clusters", () => {
    const folder = tempFolder();
    const path = join(folder, "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", "-o", "lazy_refcounts=on", path, "1M"]);
    amendImage(path, { compat: "0.10" });
    expect(infoOf(path)["format-specific"].data["compat"]).toBe("0.10");
    mustBeSound(path);
    amendImage(path, { compat: "1.1", refcount_bits: 1 });
    expect(infoOf(path)["format-specific"].data).toMatchObject({
      compat: "1.1",
      "refcount-bits": 1,
    });
    mustBeSound(path);
    expect(() => amendImage(path, { compat: "0.10", refcount_bits: 8 })).toThrow("Version 2");
  });
});

describeWithQemu("rebase without looking", () => {
  const names = ["b", "n".repeat(300), "x".repeat(1000), "short", "y".repeat(1023), undefined];

  for (const clusterSize of [512, 2048, 65536]) {
    const seed = runSeed + clusterSize;
    it(`writes the name at once, in clusters of ${clusterSize} (seed ${seed})`, () => {
      const r = random(seed);
      const path = join(tempFolder(), "a.qcow2");
      const option = `cluster_size=${clusterSize}`;
      qemuImg([
        "create",
        "-q",
        "-f",
        "qcow2",
        "-o",
        option,
        "-u",
        "-b",
        "old",
        "-F",
        "raw",
        path,
        "1M",
      ]);
      for (const name of names) {
        // The name must fit behind the header, and leave room for another before it goes.
        if ((name?.length ?? 0) > clusterSize / 2 - 150) continue;
        const format = name === "short" ? undefined : "qcow2";
        const backing = name === undefined ? undefined : { name, ...(format && { format }) };
        const before = new Uint8Array(readFileSync(path));
        const { file, steps } = recordingTarget(before);
        rebaseFile(file, backing);
        const parents = [openBytes(before).parent, backing];
        for (const done of crashes(r, steps, 3)) {
          const left = replay(before, done);
          expect(parents).toContainEqual(openBytes(left).parent);
          expect(checkQcow2(memorySource(left)).corruptions).toBe(0);
        }
        writeFileSync(path, bytesOf(file));
        expect(infoOf(path)["backing-filename"]).toBe(name);
        expect(infoOf(path)["backing-filename-format"]).toBe(name && format);
      }
      rebaseUnsafe(path, { name: "b", format: "qcow2" });
      amendImage(path, { backing_fmt: "raw" });
      expect(infoOf(path)["backing-filename-format"]).toBe("raw");
    });
  }
});

import { join } from "node:path";
import { expect, it } from "vitest";
import { chainStrips } from "../../../electron/engine";
import { describeWithQemu, qemuImg, qemuIo, qemuJson } from "../../helpers/qemu-img";
import { random, runSeed } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";

const MiB = 2 ** 20;

/** Parts of the disk that a strip tells apart. */
const column = (64 * MiB) / 2048;

interface MapEntry {
  start: number;
  length: number;
  depth: number;
  data: boolean;
}

describeWithQemu("where each file of a chain answers", () => {
  it(`is what qemu-img map tells (seed ${runSeed})`, () => {
    const r = random(runSeed);
    const folder = tempFolder();
    const names = ["base.qcow2", "middle.qcow2", "top.qcow2"];
    names.forEach((name, i) => {
      const path = join(folder, name);
      const on = i === 0 ? [] : ["-b", names[i - 1]!, "-F", "qcow2"];
      qemuImg(["create", "-q", "-f", "qcow2", ...on, path, "64M"]);
      const writes = Array.from(
        { length: 6 },
        () => `write -P ${i + 1} ${r.between(0, 960) * 65536} ${r.between(1, 64) * 65536}`,
      );
      qemuIo(path, "qcow2", writes);
    });
    const path = join(folder, "top.qcow2");
    const { size, layers } = chainStrips({ path, grants: [] });
    expect(size).toBe(64 * MiB);
    expect(layers.map((layer) => layer.path)).toEqual(
      [...names].reverse().map((name) => join(folder, name)),
    );
    const told = qemuJson<MapEntry[]>(["map", path]).filter(({ data }) => data);
    layers.forEach(({ answers, holds }, depth) => {
      const expected: { at: number; length: number }[] = [];
      for (const { start, length } of told.filter((entry) => entry.depth === depth)) {
        const at = Math.floor(start / column) * column;
        const end = Math.ceil((start + length) / column) * column;
        const last = expected.at(-1);
        if (last !== undefined && last.at + last.length >= at) last.length = end - last.at;
        else expected.push({ at, length: end - at });
      }
      expect(answers).toEqual(expected);
      // What answers is held.
      for (const { at, length } of answers)
        expect(holds.some((held) => held.at <= at && held.at + held.length >= at + length)).toBe(
          true,
        );
    });
  });
});

import { join } from "node:path";
import { writeFileSync, truncateSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createControl, findBytes } from "../../../../electron/engine";
import { describeWithQemu, qemuImg, qemuIo } from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { patternDisk, writeRawFile } from "../../../helpers/pattern-disk";

const MiB = 2 ** 20;

function find(path: string, needle: Uint8Array, from = 0, side: "guest" | "file" = "guest") {
  return findBytes({ path, side, grants: [], from, needle }, createControl());
}

describe("looking for bytes", () => {
  it(`finds what Buffer.indexOf finds in the whole disk (seed ${runSeed})`, () => {
    const r = random(runSeed);
    const disk = patternDisk(r, 2 * MiB + 77, 60_000);
    const path = join(tempFolder(), "disk.raw");
    writeRawFile(path, disk);
    const file = Buffer.from(disk.bytes);
    // A raw disk ends at a whole sector.
    const guest = Buffer.concat([file], Math.ceil(file.length / 512) * 512);
    for (let i = 0; i < 60; i += 1) {
      // Mostly over the edges of runs: there zeros and data meet.
      const { at, length } = r.pick(disk.runs);
      const edge = r.pick([at, at + length, r.between(0, disk.size), MiB]);
      const start = Math.max(0, edge - r.between(0, 200));
      const needle = disk.bytes.slice(start, start + r.between(1, 256));
      if (needle.length === 0) continue;
      const from = r.pick([0, start, start + 1, r.between(0, disk.size)]);
      for (const [side, all] of [
        ["guest", guest],
        ["file", file],
      ] as const) {
        const expected = all.indexOf(needle, from);
        expect(find(path, needle, from, side), `${needle.length} bytes of ${start}`).toBe(
          expected < 0 ? undefined : expected,
        );
      }
    }
  });

  it("finds nothing behind the end, and no part of a match at it", () => {
    const path = join(tempFolder(), "disk.raw");
    writeFileSync(path, Buffer.concat([Buffer.alloc(508), Buffer.from("abcd")]));
    expect(find(path, Buffer.from("abcd"))).toBe(508);
    expect(find(path, Buffer.from("d"), 511)).toBe(511);
    expect(find(path, Buffer.from("cde"))).toBeUndefined();
    expect(find(path, Buffer.from("d"), 512)).toBeUndefined();
    expect(() => find(path, Buffer.alloc(0))).toThrow("cannot be looked for");
  });

  it("passes over what is not stored, and counts it", () => {
    const path = join(tempFolder(), "disk.raw");
    writeFileSync(path, "x");
    truncateSync(path, 2 ** 42);
    const control = createControl();
    const request = { path, side: "guest", grants: [], from: 0 } as const;
    expect(findBytes({ ...request, needle: Buffer.from("xy") }, control)).toBeUndefined();
    expect(control.total).toBe(2 ** 42);
    expect(find(path, Buffer.alloc(256))).toBe(1);
    control.cancel();
    expect(() => findBytes({ ...request, needle: Buffer.from("y") }, control)).toThrow("Cancelled");
  });
});

describeWithQemu("looking for bytes in a chain", () => {
  it("finds what qemu-io wrote, over the edge of two layers", () => {
    const folder = tempFolder();
    const path = join(folder, "top.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", join(folder, "base.qcow2"), "1T"]);
    qemuIo(join(folder, "base.qcow2"), "qcow2", ["write -q -P 1 900G 64k"]);
    qemuImg(["create", "-q", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", path]);
    const edge = 900 * 2 ** 30 + 65_536;
    qemuIo(path, "qcow2", [`write -q -P 2 ${edge} 64k`]);
    expect(find(path, Uint8Array.of(1, 2))).toBe(edge - 1);
    expect(find(path, Uint8Array.of(0, 1))).toBe(edge - 65_537);
    expect(find(path, Uint8Array.of(2, 0), edge)).toBe(edge + 65_535);
    expect(find(path, Uint8Array.of(2, 1))).toBeUndefined();
  });
});

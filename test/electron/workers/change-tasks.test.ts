import { copyFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { createControl } from "../../../electron/engine";
import { chainDependents, changeOutlook, makeChange } from "../../../electron/workers/change-tasks";
import type { ImageChange } from "../../../shared/model/change";
import { qemuImg, qemuIo, qemuJson } from "../../helpers/qemu-img";
import { tempFolder } from "../../helpers/temp-folder";

const MiB = 2 ** 20;
const grants: string[] = [];

/** Three files, the base first: 2 MiB, 2 MiB that hide 1 of these, and 1 MiB elsewhere. */
function makeChain(): { folder: string; base: string; middle: string; top: string; raw: string } {
  const folder = tempFolder();
  const [base, middle, top] = ["base", "middle", "top"].map((name) =>
    join(folder, `${name}.qcow2`),
  );
  if (base === undefined || middle === undefined || top === undefined) throw new Error("no names");
  qemuImg(["create", "-q", "-f", "qcow2", base, "16M"]);
  qemuIo(base, "qcow2", ["write -q -P 1 0 2M"]);
  qemuImg(["create", "-q", "-f", "qcow2", "-b", basename(base), "-F", "qcow2", middle]);
  qemuIo(middle, "qcow2", ["write -q -P 2 1M 2M"]);
  qemuImg(["create", "-q", "-f", "qcow2", "-b", basename(middle), "-F", "qcow2", top]);
  qemuIo(top, "qcow2", ["write -q -P 3 8M 1M"]);
  const raw = join(folder, "before.raw");
  qemuImg(["convert", "-O", "raw", top, raw]);
  return { folder, base, middle, top, raw };
}

const look = (change: ImageChange) => changeOutlook({ change, grants }, createControl());
const make = (change: ImageChange, written: string[], control = createControl()) =>
  makeChange({ change, force: false, written, grants }, control);

describe("what a change will do", () => {
  it("draws the chain afterwards, and where it writes", () => {
    const { base, middle, top } = makeChain();
    const flat = look({ kind: "flatten", path: top });
    expect(flat).toMatchObject({ writesTo: top, copied: 3 * MiB, size: 16 * MiB, format: "qcow2" });
    expect(flat.undo).toBe("rebase");
    expect(flat.written).toEqual([{ at: 0, length: 3 * MiB }]);
    expect(flat.chain).toEqual([{ path: top, holds: [{ at: 8 * MiB, length: MiB }] }]);

    const commit = look({ kind: "commit", path: top, depth: 1, empty: true });
    expect(commit.undo).toBe("impossible");
    expect(commit.chain.map(({ path, holds }) => [path, holds.length])).toEqual([
      [top, 0],
      [middle, 1],
      [base, 1],
    ]);
    for (const into of ["below", "above"] as const) {
      const merge = look({ kind: "merge", path: top, depth: 1, into });
      expect(merge.chain.map(({ path }) => path)).toEqual([top, base]);
      expect(merge).toMatchObject({
        writesTo: into === "below" ? base : top,
        copied: 2 * MiB,
        outdated: [middle],
        undo: into === "below" ? "impossible" : "rebase",
      });
    }
  });

  it("tells what a smaller disk loses, and who stands on it", () => {
    const { middle, top } = makeChain();
    const resize = { kind: "resize", path: middle, preallocation: "off" } as const;
    const shrunk = look({ ...resize, size: 2 * MiB });
    expect(shrunk).toMatchObject({ lost: MiB, undo: "impossible", size: 2 * MiB });
    expect(shrunk.dependents.map(({ path }) => path)).toEqual([top]);
    const grown = look({ ...resize, size: 20 * MiB, preallocation: "full" });
    expect(grown).toMatchObject({ grownTo: 20 * MiB, space: 4 * MiB, dependents: [], lost: 0 });
    expect(grown.undo).toBe("not-needed");
  });

  it("is refused as the change is", () => {
    const { base, top } = makeChain();
    expect(() => look({ kind: "rebase", path: base, base: top })).toThrow(/stands on/);
    expect(() => look({ kind: "merge", path: top, depth: 2, into: "above" })).toThrow(/no such/);
  });
});

describe("a change that is made", () => {
  it("leaves every disk as it was, and the files checked", () => {
    const { folder, base, middle, top, raw } = makeChain();
    const sound = (path: string) => ({ path, corruptions: 0, leaks: 0, checkErrors: 0 });
    const other = join(folder, "base-2.qcow2");
    copyFileSync(base, other);
    qemuIo(other, "qcow2", ["write -q -P 9 12M 1M"]);
    const merge = { kind: "merge", path: top, depth: 1, into: "above" } as const;
    expect(make(merge, [top])).toEqual({ checks: [sound(top)] });
    qemuImg(["compare", "-q", top, raw]);
    make({ kind: "rebase", path: top, base: other }, [top]);
    qemuImg(["compare", "-q", top, raw]);
    const { checks } = make({ kind: "commit", path: top, depth: 1, empty: true }, [top, other]);
    expect(checks).toEqual([sound(top), sound(other)]);
    qemuImg(["compare", "-q", other, raw]);
    make({ kind: "amend", path: top, refcountBits: 8 }, [top]);
    expect(qemuJson(["info", top])).toMatchObject({
      "backing-filename": "base-2.qcow2",
      "format-specific": { data: { "refcount-bits": 8 } },
    });
    qemuImg(["check", "-q", middle]);
  });

  it("leaves the image on its base when it is cancelled", () => {
    const { top, raw } = makeChain();
    const control = createControl();
    control.cancel();
    expect(() => make({ kind: "flatten", path: top }, [top], control)).toThrow("Cancelled");
    expect(qemuJson(["info", top])).toMatchObject({ "backing-filename": "middle.qcow2" });
    qemuImg(["compare", "-q", top, raw]);
  });
});

it("names the images beside each file that stand on it", () => {
  const { folder, base, top } = makeChain();
  const second = join(folder, "second.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", second]);
  const told = chainDependents({ path: top, grants }).map(({ path, images }) => [
    basename(path),
    images.map((image) => basename(image.path)),
  ]);
  expect(told).toEqual([
    ["top.qcow2", []],
    ["middle.qcow2", ["top.qcow2"]],
    ["base.qcow2", ["middle.qcow2", "second.qcow2"]],
  ]);
});

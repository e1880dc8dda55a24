import { readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import {
  commitConsequences,
  commitImage,
  createControl,
  createOverlay,
  dependentsOf,
  ImageError,
  mergeConsequences,
  mergeLayer,
  openImage,
  rebaseConsequences,
  rebaseImage,
} from "../../../../electron/engine";
import { describeWithQemu, qemuImg, qemuIo, qemuJson } from "../../../helpers/qemu-img";
import { tempFolder } from "../../../helpers/temp-folder";
import { mustBeSound } from "../../change/oracle-check";
import { diskOf, snapshotsOf } from "./chain-images";

const grants: readonly string[] = [];

/** A base of 1 MiB with data, and an overlay with data of its own and a snapshot that needs the base. */
function withSnapshot() {
  const folder = tempFolder();
  const [base, top, other] = ["base.qcow2", "top.qcow2", "other.qcow2"].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  qemuImg(["create", "-q", "-f", "qcow2", base, "1M"]);
  qemuIo(base, "qcow2", ["write -P 1 0 1M"]);
  qemuImg(["create", "-q", "-f", "qcow2", other, "1M"]);
  qemuIo(other, "qcow2", ["write -P 1 0 512k", "write -P 2 512k 512k"]);
  qemuImg(["create", "-q", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", top]);
  qemuImg(["snapshot", "-c", "before", top]);
  qemuIo(top, "qcow2", ["write -P 3 640k 64k"]);
  return { folder, base, top, other };
}

/** The error's code and what else it says. */
function failureOf(run: () => unknown): ImageError {
  try {
    run();
  } catch (error) {
    if (error instanceof ImageError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describeWithQemu("what a chain operation refuses unless forced", () => {
  it("does not rebase an image whose snapshots would read otherwise", () => {
    const { top } = withSnapshot();
    const request = { path: top, grants };
    const base = { name: "other.qcow2", format: "qcow2" };
    const bytes = readFileSync(top);
    const disk = diskOf(top);
    const told = rebaseConsequences(request, { base });
    expect(told.changedSnapshots).toEqual([{ path: top, index: 0, id: "1", name: "before" }]);
    // Everything in the second half that the image does not hold.
    expect(told.copied).toBe(7 * 65536);
    expect(failureOf(() => rebaseImage(request, { base })).code).toBe("would-change-snapshots");
    expect(readFileSync(top).equals(bytes)).toBe(true);
    rebaseImage(request, { base, force: true });
    expect(diskOf(top).equals(disk)).toBe(true);
    mustBeSound(top);
  });

  it("rebases one whose snapshots need nothing that differs", () => {
    const { folder, top, base } = withSnapshot();
    qemuImg(["convert", "-O", "raw", base, join(folder, "same.raw")]);
    const before = snapshotsOf(top);
    const to = { name: "same.raw", format: "raw" };
    expect(rebaseConsequences({ path: top, grants }, { base: to }).copied).toBe(0);
    rebaseImage({ path: top, grants }, { base: to });
    expect(snapshotsOf(top)).toEqual(before);
    expect(qemuJson<object>(["info", top])).toMatchObject({
      "backing-filename": "same.raw",
      "backing-filename-format": "raw",
    });
  });

  it("does not commit under a snapshot that needs the base as it is", () => {
    const { top, base } = withSnapshot();
    const request = { path: top, grants };
    const bytes = [top, base].map((path) => readFileSync(path));
    expect(commitConsequences(request)).toMatchObject({
      writesTo: base,
      copied: 65536,
      changedSnapshots: [{ name: "before" }],
      undo: "impossible",
    });
    expect(failureOf(() => commitImage(request)).code).toBe("would-change-snapshots");
    expect([top, base].every((path, i) => readFileSync(path).equals(bytes[i]!))).toBe(true);
    commitImage(request, { force: true });
    mustBeSound(top);
  });

  it("does not commit into a base that other images stand on, and names them", () => {
    const { folder, base } = withSnapshot();
    const [one, two] = ["one.qcow2", "two.qcow2"].map((name) => join(folder, name)) as [
      string,
      string,
    ];
    createOverlay({ base: { path: base, grants }, path: one, name: "relative" });
    createOverlay({ base: { path: base, grants }, path: two, name: "absolute" });
    expect(qemuJson<object>(["info", two])).toMatchObject({
      "backing-filename": base,
      "backing-filename-format": "qcow2",
      "virtual-size": 2 ** 20,
    });
    symlinkSync(base, join(folder, "link.qcow2"));
    writeFileSync(join(folder, "noise"), "QFI\xfb and nothing else");
    qemuIo(one, "qcow2", ["write -P 7 0 64k"]);
    const { images, complete } = dependentsOf(base);
    expect(complete).toBe(true);
    expect(images.map(({ path, namedAs }) => [path, namedAs])).toEqual([
      [one, "base.qcow2"],
      [join(folder, "top.qcow2"), "base.qcow2"],
      [two, base],
    ]);
    const error = failureOf(() => commitImage({ path: one, grants }));
    expect(error).toMatchObject({ code: "would-change-images", found: 2, file: base });
    expect(error.message).toContain(two);
    commitImage({ path: one, grants }, { force: true });
    expect(diskOf(base)[0]).toBe(7);
  });

  it("merges past a short layer only by copying, and tells of snapshots above", () => {
    const { folder, base, top } = withSnapshot();
    const middle = join(folder, "middle.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", middle, "512k"]);
    qemuIo(middle, "qcow2", ["write -P 5 0 64k"]);
    qemuImg(["rebase", "-u", "-b", "middle.qcow2", "-F", "qcow2", top]);
    const disk = diskOf(top);
    // The snapshot reads zeros past the middle layer's end, where the base has data.
    const request = { path: top, grants };
    expect(mergeConsequences(request, { depth: 1 })).toMatchObject({
      writesTo: base,
      copied: 65536,
      changedSnapshots: [{ path: top, name: "before" }],
      outdated: [middle],
    });
    expect(failureOf(() => mergeLayer(request, { depth: 1 })).code).toBe("would-change-snapshots");
    mergeLayer(request, { depth: 1, force: true });
    expect(diskOf(top).equals(disk)).toBe(true);
  });

  it("does not put an image on one that stands on it", () => {
    const { folder, top } = withSnapshot();
    const above = join(folder, "above.qcow2");
    createOverlay({ base: { path: top, grants }, path: above, name: "relative" });
    const to = { name: "above.qcow2", format: "qcow2" };
    expect(failureOf(() => rebaseImage({ path: top, grants }, { base: to })).code).toBe("cycle");
    const self = () =>
      createOverlay({ base: { path: above, grants }, path: top, name: "relative", replace: true });
    expect(failureOf(self).code).toBe("invalid-argument");
  });

  it("refuses a base with bitmaps", () => {
    const { folder, base } = withSnapshot();
    qemuImg(["bitmap", "--add", base, "b"]);
    const one = join(folder, "one.qcow2");
    createOverlay({ base: { path: base, grants }, path: one, name: "relative" });
    expect(failureOf(() => commitImage({ path: one, grants }))).toMatchObject({
      code: "unsupported",
      file: base,
    });
  });

  it("leaves a whole image when it is cancelled", () => {
    const { top, base } = withSnapshot();
    const disk = diskOf(top);
    const control = createControl();
    control.cancel();
    const sizes = [top, base].map((path) => statSync(path).size);
    for (const run of [
      () => commitImage({ path: top, grants }, { force: true, control }),
      () => rebaseImage({ path: top, grants }, { force: true, control }),
    ])
      expect(failureOf(run).code).toBe("cancelled");
    expect([top, base].map((path) => statSync(path).size)).toEqual(sizes);
    expect(diskOf(top).equals(disk)).toBe(true);
    const { layers, close } = openImage({ path: top, grants });
    close();
    expect(layers).toHaveLength(2);
  });
});

import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import {
  applySnapshot,
  checkImage,
  createSnapshot,
  deleteSnapshots,
  listSnapshots,
  lostByShrinking,
  openImage,
  renameSnapshot,
  repairImage,
  resizeImage,
} from "../../../electron/engine";
import { expectBytes } from "../../helpers/bytes";
import { describeWithQemu, qemuImg, qemuIo } from "../../helpers/qemu-img";
import { random, runSeed, type Random } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { countsOf, mustBeSound, oracleCheck } from "./oracle-check";
import { guestWrites, layouts, randomImage, writeAsGuest, type Layout } from "./random-image";

function guest(path: string): Uint8Array {
  const image = openImage({ path, grants: [] });
  try {
    const bytes = new Uint8Array(image.size);
    image.read(0, bytes);
    return bytes;
  } finally {
    image.close();
  }
}

const date = { dateSeconds: 1_700_000_000, dateNanoseconds: 0 };

/** Writes after which qemu's image is sound: see `randomImage` for those that are compressed. */
const plainWrites = (r: Random, layout: Layout): string[] =>
  guestWrites(r, layout, 5).filter((command) => !command.startsWith("write -c"));

/** One operation by Lamina or qemu, at random. */
function act(r: Random, path: string, layout: Layout, step: number): void {
  const count = listSnapshots(path).length;
  const index = count > 0 ? r.between(0, count) : -1;
  const size = (layout.clusters + r.between(0, 9)) * layout.clusterSize;
  const fixedSize = layout.options === "compat=0.10" && count > 0;
  const sure = (action: () => void): void => (index < 0 ? undefined : action());
  r.pick([
    () => createSnapshot(path, { name: `l${step}`, ...date }),
    () => sure(() => applySnapshot(path, index)),
    () => sure(() => deleteSnapshots(path, [index])),
    () => sure(() => renameSnapshot(path, index, `r${step}`)),
    () => fixedSize || resizeImage({ path, grants: [] }, size, true),
    () => qemuImg(["snapshot", "-c", `q${step}`, path]),
    () => sure(() => qemuImg(["snapshot", "-a", listSnapshots(path)[index]!.name, path])),
    () => sure(() => qemuImg(["snapshot", "-d", listSnapshots(path)[index]!.name, path])),
    () => fixedSize || qemuImg(["resize", "-q", "-f", "qcow2", "--shrink", path, String(size)]),
    () => writeAsGuest(path, plainWrites(r, layout)),
    () => writeAsGuest(path, plainWrites(r, layout)),
  ])();
}

describeWithQemu("Lamina and qemu-img in turn on one image", () => {
  for (const [i, layout] of layouts.entries()) {
    if (layout.snapshots === 0) continue;
    const seed = runSeed + i;
    it(`${layout.clusterSize}, ${layout.options ?? "default"} (seed ${seed})`, () => {
      const r = random(seed);
      const folder = tempFolder();
      // Many compressed streams and snapshots share a cluster: four bits run out.
      const options = layout.options?.replace("refcount_bits=4", "refcount_bits=8");
      const path = randomImage(r, folder, { ...layout, options, snapshots: 1 });
      const raw = join(folder, "a.raw");
      for (let step = 0; step < Number(process.env["ROUNDS"] ?? 8); step++) {
        if (listSnapshots(path).length > 5) deleteSnapshots(path, [0, 1, 2]);
        act(r, path, layout, step);
        mustBeSound(path);
        expect(countsOf(checkImage(path))).toEqual(oracleCheck(path).counts);
      }
      const names = listSnapshots(path).map(({ name }) => name);
      qemuImg(["convert", "-O", "raw", path, raw]);
      expectBytes(guest(path), guest(raw));
      for (const [index, name] of names.entries()) {
        // qemu-img converts a snapshot with today's size of the disk; applied, it has its own.
        const copy = join(folder, "copy.qcow2");
        copyFileSync(path, copy);
        qemuImg(["snapshot", "-a", name, copy]);
        qemuImg(["convert", "-O", "raw", copy, raw]);
        applySnapshot(path, index);
        expectBytes(guest(path), guest(raw));
      }
      mustBeSound(path);
    });
  }
});

describeWithQemu("resize", () => {
  it("does not let a longer base come into view", () => {
    const folder = tempFolder();
    const base = join(folder, "base.qcow2");
    const path = join(folder, "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", base, "1M"]);
    qemuIo(base, "qcow2", ["write -P 7 0 1M"]);
    const size = 300 * 1024 + 512;
    qemuImg(["create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", path, String(size)]);
    resizeImage({ path, grants: [] }, 2 ** 21);
    const expected = new Uint8Array(2 ** 21);
    expected.fill(7, 0, size);
    expectBytes(guest(path), expected);
    mustBeSound(path);
  });

  it("tells what a smaller disk loses, and shrinks only when that is allowed", () => {
    const path = join(tempFolder(), "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", path, "1M"]);
    qemuIo(path, "qcow2", ["write -P 7 256k 512k"]);
    const request = { path, grants: [] };
    expect(lostByShrinking(request, 512 * 1024)).toBe(256 * 1024);
    expect(() => resizeImage(request, 512 * 1024)).toThrow("would lose the end");
    resizeImage(request, 512 * 1024, true);
    resizeImage(request, 1024 * 1024);
    const expected = new Uint8Array(2 ** 20);
    expected.fill(7, 256 * 1024, 512 * 1024);
    expectBytes(guest(path), expected);
    expect(repairImage(path, "all").before).toMatchObject({ leaks: 0, corruptions: 0 });
  });
});

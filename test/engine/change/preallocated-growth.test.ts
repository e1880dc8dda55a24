import { copyFileSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { openImage, resizeImage, type MapEntry } from "../../../electron/engine";
import { expectBytes } from "../../helpers/bytes";
import {
  describeWithQemu,
  mustBeIdentical,
  qemuImg,
  qemuIo,
  qemuJson,
} from "../../helpers/qemu-img";
import { tempFolder } from "../../helpers/temp-folder";
import { mustBeSound } from "./oracle-check";

const KiB = 1024;
const MiB = 2 ** 20;
const modes = ["metadata", "falloc", "full"] as const;

/** A stretch of qemu-img's map, without its place. */
type Stretch = Omit<MapEntry, "offset" | "file">;

/**
 * qemu-img's map, without places: neighbours that differ in nothing else are one stretch.
 * @param anyHole Whether holes of the host count as what is stored.
 */
function mapOf(path: string, anyHole = false): Stretch[] {
  const joined: Stretch[] = [];
  for (const each of qemuJson<Stretch[]>(["map", "--output=json", path])) {
    const { start, length, depth, present, data } = each;
    const zero = each.zero && !(anyHole && data);
    const last = joined.at(-1);
    const alike =
      last?.depth === depth && last.present === present && last.zero === zero && last.data === data;
    if (!alike) joined.push({ start, length, depth, present, zero, data });
    else joined[joined.length - 1] = { ...last, length: last.length + length };
  }
  return joined;
}

/** Makes the image larger, a copy of it by qemu-img, and compares the two. */
function mustGrowAlike(
  path: string,
  size: number,
  preallocation: (typeof modes)[number],
  clusterSize = 64 * KiB,
): void {
  const theirs = join(dirname(path), "theirs.qcow2");
  copyFileSync(path, theirs);
  qemuImg(["resize", "-q", `--preallocation=${preallocation}`, theirs, String(size)]);
  resizeImage({ path, grants: [] }, size, false, preallocation);
  mustBeSound(path);
  mustBeIdentical(path, theirs, "qcow2", "qcow2");
  // What shares a host block with one of qemu's tables, which lie between its clusters, is no hole.
  const fine = clusterSize < 4096;
  expect(mapOf(path, fine)).toEqual(mapOf(theirs, fine));
  const taken = (file: string): number => statSync(file).blocks * 512;
  // The tables that were changed have moved: the L1 and the refcount table, an L2 table, two blocks.
  const tables = Math.max(5 * clusterSize, 128 * KiB);
  // Small tables of qemu's, each in a host block of its own, take more.
  expect(taken(path)).toBeLessThanOrEqual(taken(theirs) + tables);
  if (preallocation !== "metadata")
    expect(taken(path)).toBeGreaterThanOrEqual(taken(theirs) - tables);
  expect(Math.abs(statSync(path).size - statSync(theirs).size)).toBeLessThanOrEqual(tables);
}

const layouts = [
  { name: "default", options: "compat=1.1", size: 4 * MiB, larger: 20 * MiB },
  { name: "version 2", options: "compat=0.10", size: 4 * MiB, larger: 20 * MiB },
  // Past the ends of the L1 table and of the refcount table.
  { name: "512", options: "cluster_size=512", clusterSize: 512, size: 300 * KiB, larger: 5 * MiB },
  { name: "2M", options: "cluster_size=2M", clusterSize: 2 * MiB, size: 4 * MiB, larger: 20 * MiB },
  { name: "extended L2", options: "extended_l2=on", size: 4 * MiB, larger: 20 * MiB },
];

describeWithQemu("a grown qcow2 with its places given out is as qemu-img makes it", () => {
  for (const { name, options, clusterSize, size, larger } of layouts)
    it.each(modes)(`${name}, %s`, (mode) => {
      const path = join(tempFolder(), "a.qcow2");
      qemuImg(["create", "-q", "-f", "qcow2", "-o", options, path, String(size)]);
      // What is freed in the file holds data that must not come into view.
      const end = size - 64 * KiB;
      qemuIo(path, "qcow2", ["write -P 7 0 256k", "discard 64k 128k", `write -P 9 ${end} 64k`]);
      mustGrowAlike(path, larger, mode, clusterSize);
      qemuIo(path, "qcow2", [`write -P 5 ${larger - 128 * KiB} 64k`, `write -P 6 ${size} 64k`]);
      mustBeSound(path);
    });

  it.each(modes)("over a backing file that is longer, %s", (mode) => {
    const folder = tempFolder();
    const base = join(folder, "base.qcow2");
    const path = join(folder, "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", base, "4M"]);
    qemuIo(base, "qcow2", ["write -P 7 0 4M"]);
    qemuImg(["create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", path, "1M"]);
    mustGrowAlike(path, 3 * MiB, mode);
    qemuIo(path, "qcow2", ["read -P 7 0 1M", "read -P 0 1M 2M"]);
  });

  it.each(modes)("over one that is shorter, %s", (mode) => {
    const folder = tempFolder();
    const base = join(folder, "base.qcow2");
    const path = join(folder, "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", base, "1M"]);
    qemuIo(base, "qcow2", ["write -P 7 0 1M"]);
    qemuImg(["create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", path, "2M"]);
    mustGrowAlike(path, 3 * MiB, mode);
  });

  it.each(modes)("from the middle of a cluster, and with a snapshot, %s", (mode) => {
    const path = join(tempFolder(), "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", path, "1000k"]);
    qemuIo(path, "qcow2", ["write -P 9 900k 100k"]);
    qemuImg(["snapshot", "-c", "one", path]);
    resizeImage({ path, grants: [] }, 5 * MiB, false, mode);
    mustBeSound(path);
    qemuIo(path, "qcow2", ["read -P 9 900k 100k", "read -P 0 1000k 4120k"]);
    qemuImg(["snapshot", "-a", "one", path]);
    mustBeSound(path);
    qemuIo(path, "qcow2", ["read -P 9 900k 100k"]);
  });

  it("takes more tables than one change keeps", () => {
    const path = join(tempFolder(), "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", "-o", "cluster_size=4k", path, "1M"]);
    qemuIo(path, "qcow2", ["write -P 9 0 1M"]);
    resizeImage({ path, grants: [] }, 2 ** 30, false, "metadata");
    mustBeSound(path);
    expect(mapOf(path).map(({ length, present }) => [length, present])).toEqual([
      [MiB, true],
      [2 ** 30 - MiB, true],
    ]);
    const image = openImage({ path, grants: [] });
    const bytes = new Uint8Array(2 * MiB);
    image.read(0, bytes);
    image.close();
    expectBytes(bytes, new Uint8Array(2 * MiB).fill(9, 0, MiB));
  });

  it("is refused for an encrypted image and for too many clusters, and leaves both alone", () => {
    const path = join(tempFolder(), "a.qcow2");
    const secret = ["--object", "secret,id=s,data=abc", "-o"];
    qemuImg(
      ["create", "-q", "-f", "qcow2", ...secret, "encrypt.format=aes,encrypt.key-secret=s"].concat(
        path,
        "1M",
      ),
    );
    const refused = (size: number): Error => {
      const before = readFileSync(path);
      try {
        resizeImage({ path, grants: [], passphrase: "abc" }, size, false, "metadata");
      } catch (error) {
        expect(readFileSync(path).equals(before)).toBe(true);
        return error as Error;
      }
      throw new Error("it was not refused");
    };
    expect(refused(2 * MiB)).toMatchObject({ code: "unsupported" });
    qemuImg(["create", "-q", "-f", "qcow2", path, "1M"]);
    expect(refused(2 ** 44)).toMatchObject({ code: "limit" });
  });
});

import { openSync, readSync, closeSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createMapper, type MapEntry } from "../../../../electron/engine";
import { describeWithQemu, qemuImg, qemuIo, qemuJson } from "../../../helpers/qemu-img";
import { random, runSeed, type Random } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { askIn, cluster, KiB, MiB } from "./ask";

const diskSize = 16 * MiB;

const ask = askIn("guest");

function writes(r: Random, pattern: number): string[] {
  return Array.from({ length: 10 }, () => {
    const at = r.between(0, diskSize / cluster) * cluster;
    const length = Math.min(diskSize - at, r.between(1, 9) * cluster);
    return r.chance(0.25)
      ? `write -q -z ${at} ${length}`
      : `write -q -P ${pattern} ${at} ${length}`;
  });
}

/** A compressed base below two overlays. */
function makeChain(folder: string, r: Random): string {
  const plain = join(folder, "plain.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", plain, String(diskSize)]);
  qemuIo(plain, "qcow2", writes(r, 1));
  qemuImg(["convert", "-c", "-O", "qcow2", plain, join(folder, "base.qcow2")]);
  const [middle, top] = [join(folder, "middle.qcow2"), join(folder, "top.qcow2")];
  qemuImg(["create", "-q", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", middle]);
  qemuIo(middle, "qcow2", writes(r, 2));
  qemuImg(["create", "-q", "-f", "qcow2", "-b", "middle.qcow2", "-F", "qcow2", top]);
  qemuIo(top, "qcow2", writes(r, 3));
  return top;
}

describeWithQemu("the cells of a disk in the guest's order", () => {
  it(`are what qemu-img map tells (seed ${runSeed})`, () => {
    const r = random(runSeed);
    const path = makeChain(tempFolder(), r);
    const told = qemuJson<MapEntry[]>(["map", path]);
    const kinds: string[] = [];
    const layers: string[] = [];
    for (const { start, length, data, zero, present, depth, offset } of told) {
      const stored = offset === undefined ? "compressed" : "data";
      const kind = data ? stored : zero && present ? "zero" : "unallocated";
      for (let i = start / cluster; i < (start + length) / cluster; i++) {
        kinds[i] = kind;
        layers[i] = kind === "unallocated" ? kind : `layer-${depth}`;
      }
    }
    expect(ask(path).names).toEqual(kinds);
    expect(ask(path, { by: "layer" }).names).toEqual(layers);
    const sum = (kind: string) => kinds.filter((one) => one === kind).length * cluster;
    const { bytes, size, unit } = ask(path, { cellSize: 3 * cluster });
    expect({ size, unit }).toEqual({ size: diskSize, unit: cluster });
    for (const kind of ["data", "zero", "compressed", "unallocated"])
      expect(bytes[kind]).toBe(sum(kind));

    const part = ask(path, { from: 5 * cluster, count: 7 });
    expect(part.names).toEqual(kinds.slice(5, 12));
    const mapper = createMapper();
    for (const entry of told) {
      const { start: at } = entry;
      const request = { path, grants: [] };
      const place = mapper.place({ request, order: "guest", by: "kind", at, length: cluster });
      expect(place).toMatchObject({ at, kind: kinds[at / cluster], guestAt: at, snapshots: [] });
      if (!entry.data) continue;
      const names = ["top.qcow2", "middle.qcow2", "base.qcow2"];
      expect(place.owner).toMatch(new RegExp(`${names[entry.depth]}$`));
      if (entry.offset !== undefined)
        expect(place).toMatchObject({ hostAt: entry.offset, length: entry.length });
    }
  });

  it("show what a missing base would answer", () => {
    const folder = tempFolder();
    const path = join(folder, "top.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", join(folder, "base.qcow2"), "1M"]);
    qemuImg(["create", "-q", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", path]);
    qemuIo(path, "qcow2", ["write -q -P 1 0 128k"]);
    renameSync(join(folder, "base.qcow2"), join(folder, "moved.qcow2"));
    expect(ask(path).bytes).toMatchObject({ data: 128 * KiB, missing: 896 * KiB });
    expect(ask(path, { by: "layer" }).bytes).toMatchObject({ "layer-0": 128 * KiB });
  });

  it("go around damage", () => {
    const path = join(tempFolder(), "damaged.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", path, "8M"]);
    qemuIo(path, "qcow2", ["write -q -P 1 1M 2M"]);
    const file = openSync(path, "r+");
    const word = Buffer.alloc(8);
    readSync(file, word, 0, 8, 40);
    readSync(file, word, 0, 8, Number(word.readBigUInt64BE()));
    const l2 = Number(word.readBigUInt64BE() & 0x00ff_ffff_ffff_fe00n);
    // Cluster 20 of the disk: a place that is on no cluster.
    writeSync(file, Buffer.from("8000000000051200", "hex"), 0, 8, l2 + 20 * 8);
    closeSync(file);
    const { names, bytes } = ask(path);
    expect(names[20]).toBe("unreadable");
    expect(bytes).toMatchObject({ data: 2 * MiB - cluster, unreadable: cluster });
    // Of a large cell as well, it is what is seen.
    expect(ask(path, { cellSize: 8 * MiB }).names).toEqual(["unreadable"]);
    const request = { path, grants: [] };
    const look = { request, order: "guest", by: "kind" } as const;
    const place = createMapper().place({ ...look, at: 0, length: 8 * MiB });
    expect(place).toMatchObject({ class: "unreadable", kind: "unreadable" });
    expect(Math.floor(place.at / cluster)).toBe(20);
  });

  it("of a raw file are its data and holes, and nothing else can be told of it", () => {
    const path = join(tempFolder(), "disk.raw");
    qemuImg(["create", "-q", "-f", "raw", path, "4M"]);
    qemuIo(path, "raw", ["write -q -P 1 1M 64k"]);
    const { bytes, unavailable, unit } = ask(path, { cellSize: 4096 });
    const told = qemuJson<MapEntry[]>(["map", "-f", "raw", path]);
    const data = told.reduce((sum, entry) => sum + (entry.data ? entry.length : 0), 0);
    expect(data).toBeGreaterThanOrEqual(64 * KiB);
    expect(bytes).toMatchObject({ data, unallocated: 4 * MiB - data });
    expect(unit).toBe(4096);
    expect(unavailable).toEqual({ host: "same-order", layer: "one-file", sharing: "no-snapshots" });
    expect(() => ask(path, { by: "sharing" })).toThrow(/no such map/);
    expect(() => ask(path, { order: "host" })).toThrow(/no such map/);
  });

  it("of 2 TiB are told at once, and of the smallest disks, too", () => {
    const folder = tempFolder();
    const path = join(folder, "large.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", path, "2T"]);
    qemuIo(path, "qcow2", ["write -q -P 1 0 64k", "write -q -P 1 1T 64k"]);
    const { names, bytes } = ask(path, { cellSize: 2 ** 40 / 1024 });
    expect(names.filter((name) => name === "data")).toHaveLength(2);
    expect(names[1024]).toBe("data");
    expect(bytes["unallocated"]).toBe(2 * 2 ** 40 - 2 * cluster);

    const small = join(folder, "small.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", small, "512"]);
    expect(ask(small).names).toEqual(["unallocated"]);
    expect(ask(small).bytes["unallocated"]).toBe(512);
    const none = join(folder, "none.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", none, "0"]);
    expect(ask(none).names).toEqual([]);
  });
});

import {
  appendFileSync,
  copyFileSync,
  openSync,
  readSync,
  closeSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createMapper, type MapEntry } from "../../../../electron/engine";
import { describeWithQemu, qemuImg, qemuIo, qemuJson } from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { askIn, cluster, KiB, MiB } from "./ask";

const diskSize = 8 * MiB;

const ask = askIn("host");

/** By guest cluster, the cluster of the file that qemu-img says it lies in. */
function placesOf(path: string): Map<number, number> {
  const places = new Map<number, number>();
  for (const { start, length, data, offset } of qemuJson<MapEntry[]>(["map", path])) {
    if (!data || offset === undefined) continue;
    for (let done = 0; done < length; done += cluster)
      places.set((start + done) / cluster, (offset + done) / cluster);
  }
  return places;
}

describeWithQemu("the cells of an image with snapshots", () => {
  it(`tell who shares them, in both orders (seed ${runSeed})`, () => {
    const r = random(runSeed);
    const folder = tempFolder();
    const path = join(folder, "history.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", path, String(diskSize)]);
    const names = ["fresh", "updated", "before-upgrade"];
    for (const [i, name] of names.entries()) {
      const writes = Array.from({ length: 8 }, () => {
        const at = r.between(0, diskSize / cluster - 8) * cluster;
        const length = r.between(1, 8) * cluster;
        return r.chance(0.3) ? `discard ${at} ${length}` : `write -q -P ${i + 1} ${at} ${length}`;
      });
      qemuIo(path, "qcow2", writes);
      qemuImg(["snapshot", "-c", name, path]);
    }
    qemuIo(path, "qcow2", ["write -q -P 9 1M 256k", "discard 2M 256k", "write -q -P 9 7M 1M"]);

    const now = placesOf(path);
    const kept = names.map((name) => {
      const copy = join(folder, `${name}.qcow2`);
      copyFileSync(path, copy);
      qemuImg(["snapshot", "-a", name, copy]);
      return placesOf(copy);
    });
    const holders = (host: number): string[] =>
      names.filter((_, i) => [...(kept[i]?.values() ?? [])].includes(host));

    const used = new Set(now.values());
    const { names: kinds, unavailable } = ask(path);
    expect(unavailable).toEqual({ layer: "one-file" });
    expect(kinds).toHaveLength(Math.ceil(statSync(path).size / cluster));
    const bySharing = ask(path, { by: "sharing" }).names;
    const mapper = createMapper();
    const look = { request: { path, grants: [] }, order: "host", by: "kind" } as const;
    kinds.forEach((kind, host) => {
      const snapshots = holders(host);
      const place = mapper.place({ ...look, at: host * cluster, length: cluster });
      if (used.has(host)) {
        expect(kind).toBe("data");
        expect(bySharing[host]).toBe(
          snapshots.length === 0 ? "exclusive" : `shared-${snapshots.length}`,
        );
        const [guest] = [...now].find(([, at]) => at === host) ?? [];
        expect(place).toMatchObject({ guestAt: (guest ?? -1) * cluster, hostAt: host * cluster });
      } else if (snapshots.length > 0) {
        expect(kind).toBe("snapshots");
        expect(bySharing[host]).toBe("snapshots");
      } else {
        expect(["metadata", "unused"]).toContain(kind);
        expect(bySharing[host]).toBe(kind);
      }
      expect(place.snapshots).toEqual(snapshots);
    });

    const inGuest = ask(path, { order: "guest", by: "sharing" }).names;
    expect(inGuest).toEqual(
      Array.from({ length: diskSize / cluster }, (_, guest) => {
        const own = now.get(guest);
        const sharing = kept.filter((places) =>
          own === undefined ? places.has(guest) : places.get(guest) === own,
        ).length;
        if (own === undefined) return sharing > 0 ? "snapshots" : "unallocated";
        return sharing > 0 ? `shared-${sharing}` : "exclusive";
      }),
    );
    const guestLook = { ...look, order: "guest", by: "sharing" } as const;
    for (const [guest, host] of now)
      expect(mapper.place({ ...guestLook, at: guest * cluster, length: cluster })).toMatchObject({
        kind: "data",
        hostAt: host * cluster,
        snapshots: holders(host),
      });
    // The start of an image is its header, and the sum is the file.
    expect(kinds[0]).toBe("metadata");
    const sum = ask(path).totals.reduce((a, b) => a + b, 0);
    expect(sum).toBe(statSync(path).size);
  });

  it("tell compressed clusters once for each snapshot", () => {
    const folder = tempFolder();
    const [plain, path] = [join(folder, "plain.raw"), join(folder, "packed.qcow2")];
    qemuImg(["create", "-q", "-f", "raw", plain, "2M"]);
    qemuIo(plain, "raw", ["write -q -P 7 0 1M"]);
    qemuImg(["convert", "-c", "-O", "qcow2", plain, path]);
    qemuImg(["snapshot", "-c", "one", path]);
    qemuImg(["snapshot", "-c", "two", path]);
    qemuIo(path, "qcow2", ["write -q -P 8 1536k 64k"]);
    const { names } = ask(path);
    const sharing = ask(path, { by: "sharing" }).names;
    const packed = [...names.keys()].filter((i) => names[i] === "compressed");
    expect(packed.length).toBeGreaterThan(0);
    for (const i of packed) expect(sharing[i]).toBe("shared-2");
    expect(sharing.filter((one) => one === "exclusive")).toHaveLength(1);
  });

  it("tell what leaked", () => {
    const path = join(tempFolder(), "leaky.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", path, "1M"]);
    qemuIo(path, "qcow2", ["write -q -P 1 0 64k"]);
    const last = Math.ceil(statSync(path).size / cluster);
    appendFileSync(path, Buffer.alloc(last * cluster - statSync(path).size + 2 * cluster));
    const file = openSync(path, "r+");
    const word = Buffer.alloc(8);
    readSync(file, word, 0, 8, 48);
    readSync(file, word, 0, 8, Number(word.readBigUInt64BE()));
    writeSync(file, Buffer.from([0, 1]), 0, 2, Number(word.readBigUInt64BE()) + 2 * last);
    closeSync(file);
    const { names, bytes } = ask(path);
    expect(names.slice(last)).toEqual(["leaked", "unused"]);
    expect(bytes).toMatchObject({ data: cluster, leaked: cluster, unused: cluster });
  });
});

describeWithQemu("the cells of a file whose tables are not told apart", () => {
  for (const [format, own] of [
    ["vdi", {}],
    ["vhdx", {}],
    ["vmdk", {}],
    ["vpc", { extension: "vhd" }],
  ] as const) {
    it(`of ${format} are its data and the rest`, () => {
      const extension = "extension" in own ? own.extension : format;
      const path = join(tempFolder(), `disk.${extension}`);
      qemuImg(["create", "-q", "-f", format, path, "64M"]);
      qemuIo(path, format, ["write -q -P 1 0 4M", "write -q -P 2 40M 1M"]);
      const { bytes, size, names, unit } = ask(path, { cellSize: 64 * KiB });
      expect(size).toBe(statSync(path).size);
      const data = bytes["data"] ?? 0;
      const guest = ask(path, { order: "guest", cellSize: unit, count: 65536 }).bytes;
      expect(data).toBe(guest["data"]);
      expect(data).toBeGreaterThanOrEqual(5 * MiB);
      expect((bytes["rest"] ?? 0) + data + (bytes["zero"] ?? 0)).toBe(size);
      const at = names.indexOf("data") * 64 * KiB;
      const look = { request: { path, grants: [] }, order: "host", by: "kind" } as const;
      const place = createMapper().place({ ...look, at, length: 64 * KiB });
      expect(place).toMatchObject({ kind: "data", snapshots: [] });
      expect(place.guestAt).toBe(0);
    });
  }
});

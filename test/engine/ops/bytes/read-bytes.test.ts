import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readBytes, type ReadRequest } from "../../../../electron/engine";
import type { BytesRead } from "../../../../shared/model/bytes";
import { expectBytes } from "../../../helpers/bytes";
import { patternDisk, writeRawFile } from "../../../helpers/pattern-disk";
import { describeWithQemu, qemuImg, qemuIo, qemuJson } from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";

const MiB = 2 ** 20;

const read = (
  path: string,
  side: "guest" | "file",
  at: number,
  length = 65_536,
  more: Partial<ReadRequest> = {},
): BytesRead => readBytes({ path, side, at, length, grants: [], ...more });

interface MapEntry {
  start: number;
  length: number;
  depth: number;
  data: boolean;
  offset?: number;
}

describeWithQemu("bytes of an image", () => {
  it(`are the guest's, and the file's (seed ${runSeed})`, () => {
    const r = random(runSeed);
    const folder = tempFolder();
    const disk = patternDisk(r, 3 * MiB + 512);
    const raw = join(folder, "disk.raw");
    const path = join(folder, "disk.qcow2");
    writeRawFile(raw, disk);
    qemuImg(["convert", "-f", "raw", "-O", "qcow2", raw, path]);
    const file = readFileSync(path);
    for (let i = 0; i < 20; i += 1) {
      const at = r.between(0, disk.size);
      const guest = read(path, "guest", at, r.between(1, 65_537));
      expect(guest.size).toBe(disk.size);
      expectBytes(guest.bytes, disk.bytes.subarray(at, at + guest.bytes.length), at);
      const from = r.between(0, file.length);
      const lain = read(path, "file", from);
      expect(lain.size).toBe(file.length);
      expectBytes(lain.bytes, file.subarray(from, from + 65_536), from);
    }
    expect(read(path, "guest", disk.size - 1).bytes.length).toBe(1);
    expect(read(path, "guest", disk.size).bytes.length).toBe(0);
    expect(() => read(path, "guest", disk.size + 1)).toThrow("are not in the disk");
  });

  it("come with the layer that answers, and where it lies there, as qemu-img map tells", () => {
    const folder = tempFolder();
    const base = join(folder, "base.qcow2");
    const path = join(folder, "top.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", base, "4M"]);
    qemuIo(base, "qcow2", ["write -q -P 1 0 128k", "write -q -P 2 1M 64k"]);
    qemuImg(["create", "-q", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", path]);
    qemuIo(path, "qcow2", ["write -q -P 3 64k 64k", "write -q -z 1M 64k"]);
    const files = [path, base];
    for (const { start, length, depth, data, offset } of qemuJson<MapEntry[]>(["map", path])) {
      if (length > 65_536 || !data) continue;
      expect(read(path, "guest", start, length).origins).toEqual([
        { at: start, length, kind: "data", file: files[depth], hostAt: offset },
      ]);
    }
    expect(read(path, "guest", MiB, 131_072).origins).toMatchObject([
      { at: MiB, length: 65_536, kind: "zero", file: path },
      { at: MiB + 65_536, length: 65_536, kind: "unallocated" },
    ]);
  });

  it("of a compressed cluster and of a snapshot are what the guest saw", () => {
    const folder = tempFolder();
    const path = join(folder, "disk.qcow2");
    const plain = join(folder, "plain.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", plain, "1M"]);
    qemuIo(plain, "qcow2", ["write -q -P 7 64k 64k"]);
    qemuImg(["convert", "-c", "-O", "qcow2", plain, path]);
    qemuImg(["snapshot", "-c", "then", path]);
    qemuIo(path, "qcow2", ["write -q -P 9 64k 64k"]);
    const now = read(path, "guest", 65_536);
    expect(now.bytes.every((byte) => byte === 9)).toBe(true);
    const then = read(path, "guest", 65_536, 65_536, { snapshot: 0 });
    expect(then.bytes.every((byte) => byte === 7)).toBe(true);
    expect(then.origins).toMatchObject([{ kind: "compressed", file: path }]);
  });

  it("that are missing are told, and the rest is given", () => {
    const folder = tempFolder();
    const base = join(folder, "base.raw");
    const path = join(folder, "top.qcow2");
    writeFileSync(base, Buffer.alloc(MiB));
    qemuImg(["create", "-q", "-f", "qcow2", "-b", "base.raw", "-F", "raw", path]);
    qemuIo(path, "qcow2", ["write -q -P 5 0 64k"]);
    rmSync(base);
    const { bytes, unreadable } = read(path, "guest", 65_536 - 8192, 20_000);
    expect(unreadable).toMatchObject([{ at: 65_536, length: 20_000 - 8192 }]);
    expect(unreadable[0]?.message).toContain("base.raw");
    expect(bytes.findIndex((byte) => byte !== 5)).toBe(8192);
  });
});

describeWithQemu("parts of a qcow2 file", () => {
  const partsAt = (path: string, at: number) =>
    read(path, "file", at, 1).parts.map(({ kind, name, value, guestAt }) => ({
      kind,
      ...(name !== undefined && { name }),
      ...(value !== undefined && { value }),
      ...(guestAt !== undefined && { guestAt }),
    }));

  it("are named as the specification names them", () => {
    const folder = tempFolder();
    const path = join(folder, "disk.qcow2");
    writeFileSync(join(folder, "base.img"), "");
    qemuImg(["create", "-q", "-f", "qcow2", "-b", "base.img", "-F", "raw", path, "1G"]);
    qemuImg(["snapshot", "-c", "then", path]);
    qemuIo(path, "qcow2", ["write -q -P 5 600M 64k"]);
    const head = readFileSync(path);
    const u64 = (at: number): number => Number(head.readBigUInt64BE(at));
    const l1 = u64(40);
    const refcountTable = u64(48);
    expect(partsAt(path, 0)).toEqual([{ kind: "headerField", name: "magic", value: "0x514649fb" }]);
    expect(partsAt(path, 23)).toEqual([{ kind: "headerField", name: "cluster_bits", value: "16" }]);
    expect(partsAt(path, 24)).toEqual([
      { kind: "headerField", name: "size", value: String(2 ** 30) },
    ]);
    expect(partsAt(path, head.indexOf("base.img"))).toEqual([{ kind: "backingName" }]);
    expect(partsAt(path, l1)).toEqual([{ kind: "l1Table" }]);
    expect(partsAt(path, refcountTable)).toEqual([{ kind: "refcountTable" }]);
    expect(partsAt(path, u64(refcountTable))).toEqual([{ kind: "refcountBlock" }]);
    expect(partsAt(path, u64(64))).toEqual([{ kind: "snapshotTable" }]);
    // Each L2 table of 8192 entries is for 512 MiB.
    const l2 = Number(head.readBigUInt64BE(l1 + 8) & 0x00ff_ffff_ffff_fe00n);
    expect(partsAt(path, l2)).toEqual([{ kind: "l2Table", guestAt: 2 ** 29 }]);
    const data = qemuJson<MapEntry[]>(["map", path]).find((entry) => entry.data)?.offset ?? 0;
    expect(partsAt(path, data)).toEqual([{ kind: "used" }]);
  });

  it("are in order, without overlap, and free where no refcount counts them", () => {
    const path = join(tempFolder(), "disk.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", "-o", "cluster_size=512", path, "1M"]);
    qemuIo(path, "qcow2", ["write -q -P 5 0 64k"]);
    const bytes = readFileSync(path);
    writeFileSync(path, Buffer.concat([bytes, Buffer.alloc(512)]));
    const { parts } = read(path, "file", 0);
    for (const [i, part] of parts.entries()) {
      const before = parts[i - 1];
      if (before !== undefined) expect(part.at).toBeGreaterThanOrEqual(before.at + before.length);
    }
    expect(partsAt(path, statSync(path).size - 1)).toEqual([{ kind: "free" }]);
  });
});

describe("a file of no known format", () => {
  it("is shown as it is", () => {
    const path = join(tempFolder(), "text.img");
    writeFileSync(path, "Hello, bytes");
    const { bytes, parts, origins } = read(path, "file", 7);
    expect(Buffer.from(bytes).toString()).toBe("bytes");
    expect([parts, origins]).toEqual([[], []]);
  });
});

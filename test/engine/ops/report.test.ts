import { readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { reportImage } from "../../../electron/engine";
import { imageReportSchema } from "../../../shared/model/report";
import { needsHoles } from "../../helpers/holes";
import { describeWithQemu, qemuImg, qemuIo, qemuJson, runOracle } from "../../helpers/qemu-img";
import { tempFolder } from "../../helpers/temp-folder";
import { efiType, putGpt, putProtectiveMbr } from "../inside/disks";
import { allocatedBytes, writeIslands } from "./convert-job";

const K = 1024;

/** The report as the renderer gets it. */
const report = (path: string) => imageReportSchema.parse(reportImage({ path, grants: [] }));

describeWithQemu("report", () => {
  it("counts a chain of two as qemu-img does", (context) => {
    needsHoles(context);
    const folder = tempFolder();
    const base = join(folder, "base.raw");
    const path = join(folder, "over.qcow2");
    writeIslands(base, 8, 256 * K);
    qemuImg(["create", "-f", "qcow2", "-b", "base.raw", "-F", "raw", path, "4M"]);
    qemuIo(path, "qcow2", ["write -P 1 0 64k", "write -z 256k 64k", "write -c -P 2 3M 64k"]);
    const made = report(path);
    const told = qemuJson<{ "virtual-size": number; "actual-size": number }[]>([
      "info",
      "--backing-chain",
      path,
    ]);
    expect(made).toMatchObject({ path, name: "over.qcow2", folder });
    expect(made.layers.map((layer) => [layer.virtualSize, layer.allocated])).toEqual(
      told.map((layer) => [layer["virtual-size"], layer["actual-size"]]),
    );
    expect(made.layers).toMatchObject([
      { path, format: "qcow2", fileLength: statSync(path).size, answers: 128 * K },
      // Two of its eight islands lie under clusters of the overlay.
      { path: base, namedAs: "base.raw", format: "raw", fileLength: 2048 * K, answers: 6 * 4 * K },
    ]);
    expect(made.throughChain).toBe((128 + 24) * K);
    const { data, compressed, compressedGuest, rest } = made.own;
    expect({ data, compressedGuest }).toEqual({ data: 64 * K, compressedGuest: 64 * K });
    expect(compressed).toBeGreaterThan(0);
    expect(data + compressed + rest).toBe(allocatedBytes(path));
    expect(made.broken).toBeUndefined();
    expect(made.host?.capacity).toBeGreaterThan(made.host?.free ?? Infinity);
  });

  it("counts a sector of two compressed clusters once", (context) => {
    needsHoles(context);
    const folder = tempFolder();
    const [raw, path] = [join(folder, "disk.raw"), join(folder, "packed.qcow2")];
    // Each cluster compresses to much less than a sector, and not to a whole number of them.
    const clusters = Array.from({ length: 96 }, (_, nth) =>
      Buffer.alloc(64 * K, `${"word".repeat(1 + (nth % 7))}${nth} `),
    );
    writeFileSync(raw, Buffer.concat(clusters));
    qemuImg(["convert", "-c", "-f", "raw", "-O", "qcow2", raw, path]);
    const { own, layers } = report(path);
    // By hand: the sectors that the entries of the only L2 table name, as a set.
    const file = readFileSync(path);
    const offsetAt = (at: number) => Number(file.readBigUInt64BE(at) & 0x00fffffffffffe00n);
    const l2 = offsetAt(offsetAt(40));
    const sectors = new Set<number>();
    let named = 0;
    for (let nth = 0; nth < 96; nth++) {
      const entry = file.readBigUInt64BE(l2 + nth * 8);
      expect(entry >> 62n).toBe(1n);
      const first = Number(entry & ((1n << 54n) - 1n)) >> 9;
      const more = Number((entry >> 54n) & 0xffn);
      named += more + 1;
      for (let sector = first; sector <= first + more; sector++) sectors.add(sector);
    }
    expect(named).toBeGreaterThan(sectors.size);
    expect(own.compressedGuest).toBe(96 * 64 * K);
    // The first stream begins at a cluster, the last may end at the end of the file.
    expect(own.compressed).toBeGreaterThan((sectors.size - 1) * 512);
    expect(own.compressed).toBeLessThanOrEqual(sectors.size * 512);
    expect(own.data + own.compressed + own.rest).toBe(layers[0]?.allocated);
  });

  it.each([
    ["qcow2", "data_file=data.raw", "data.raw"],
    ["vmdk", "subformat=monolithicFlat", "disk-flat.vmdk"],
  ])("counts the other files of a %s image with %s", (format, options, other) => {
    const folder = tempFolder();
    const path = join(folder, `disk.${format}`);
    writeFileSync(join(folder, "source"), Buffer.alloc(512 * K, 1));
    truncateSync(join(folder, "source"), 4096 * K);
    const args = ["-f", "raw", "-O", format, "-o", options, "source", `disk.${format}`];
    qemuImg(["convert", ...args], folder);
    const files = [path, join(folder, other)];
    const taken = files.reduce((sum, file) => sum + allocatedBytes(file), 0);
    const { layers, own } = report(path);
    expect(layers).toMatchObject([
      { allocated: taken, fileLength: files.reduce((sum, file) => sum + statSync(file).size, 0) },
    ]);
    expect(own.data).toBeGreaterThanOrEqual(512 * K);
    expect(own.data + own.compressed + own.rest).toBe(taken);
  });

  it("tells what a layer holds though nobody sees it, and of a base that was changed", () => {
    const folder = tempFolder();
    const [base, path] = [join(folder, "base.qcow2"), join(folder, "over.qcow2")];
    qemuImg(["create", "-q", "-f", "qcow2", base, "4M"]);
    qemuIo(base, "qcow2", ["write -P 1 0 256k", "write -c -P 2 1M 64k"]);
    qemuImg(["create", "-q", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", path]);
    qemuIo(path, "qcow2", ["write -P 3 64k 128k", "write -z 0 64k"]);
    utimesSync(base, 1_700_000_000, 1_700_000_000);
    expect(report(path).layers).toMatchObject([
      { answers: 128 * K, holds: 128 * K },
      { answers: 128 * K, holds: 320 * K },
    ]);
    expect(report(path).layers.map(({ staleBase }) => staleBase)).toEqual([undefined, undefined]);
    utimesSync(path, 1_600_000_000, 1_600_000_000);
    expect(report(path).layers[0]?.staleBase).toEqual({ newer: true, size: "same" });
    qemuImg(["resize", "-q", base, "5M"]);
    utimesSync(base, 1_500_000_000, 1_500_000_000);
    expect(report(path).layers[0]?.staleBase).toEqual({ newer: false, size: "larger" });
    qemuImg(["resize", "-q", path, "6M"]);
    expect(report(path).layers[0]?.staleBase).toEqual({ newer: false, size: "smaller" });
  });

  it("counts what the host has given to a raw file", () => {
    const path = join(tempFolder(), "a");
    writeFileSync(path, new Uint8Array(10_000).fill(1));
    truncateSync(path, 1_000_000);
    const made = report(path);
    const data = allocatedBytes(path);
    expect(made.own).toEqual({ data, compressed: 0, compressedGuest: 0, rest: 0 });
    expect(made.layers).toMatchObject([
      { format: "raw", virtualSize: 1_000_448, fileLength: 1_000_000 },
    ]);
  });

  it("does not count preallocated clusters as data", (context) => {
    needsHoles(context);
    const path = join(tempFolder(), "a.qcow2");
    qemuImg(["create", "-f", "qcow2", "-o", "preallocation=metadata", path, "64M"]);
    qemuIo(path, "qcow2", ["write -P 1 1M 1M"]);
    expect(report(path)).toMatchObject({ own: { data: K * K }, throughChain: K * K });
  });

  it("tells what is on the disk, and of a disk without data that nothing is", () => {
    const folder = tempFolder();
    const disk = Buffer.alloc(4 * K * K);
    putProtectiveMbr(disk);
    putGpt(disk, [{ type: efiType, first: 2048, last: 4095 }]);
    writeFileSync(join(folder, "disk.img"), disk);
    const path = join(folder, "disk.qcow2");
    qemuImg(["convert", "-c", "-O", "qcow2", join(folder, "disk.img"), path]);
    expect(report(path).inside).toMatchObject({
      table: "gpt",
      partitions: [{ start: K * K, length: K * K, kind: "efi-system" }],
    });
    qemuImg(["create", "-q", "-f", "qcow2", path, "1M"]);
    expect(report(path).inside).toMatchObject({ table: "none", partitions: [], findings: [] });
  });

  it("tells a broken link, and counts what is there", () => {
    const folder = tempFolder();
    const path = join(folder, "over.qcow2");
    qemuImg(["create", "-u", "-f", "qcow2", "-b", "gone.qcow2", "-F", "qcow2", path, "4M"]);
    const made = report(path);
    expect(made.broken).toEqual({
      from: path,
      name: "gone.qcow2",
      path: join(folder, "gone.qcow2"),
      format: "qcow2",
      failure: expect.objectContaining({ code: "missing-file", file: join(folder, "gone.qcow2") }),
    });
    expect(made.throughChain).toBeUndefined();
    expect(made.own.data).toBe(0);
    expect(made.layers).toHaveLength(1);
  });

  it("shows the facts of an image whose data it cannot read, and says why", () => {
    const folder = tempFolder();
    const path = join(folder, "a.qcow2");
    const secret = ["--object", "secret,id=s,data=abc"];
    const options = "encrypt.format=aes,encrypt.key-secret=s";
    qemuImg(["create", ...secret, "-f", "qcow2", "-o", options, path, "1M"]);
    const image = `driver=qcow2,file.filename=${path},encrypt.key-secret=s`;
    runOracle("qemu-io", [...secret, "--image-opts", "-c", "write -P 1 0 64k", image]);
    const made = report(path);
    expect(made.unreadable).toMatchObject({ code: "passphrase", file: path });
    expect(made.layers).toMatchObject([{ facts: { encryption: "aes" }, answers: 0 }]);
    expect(made.own).toMatchObject({ data: 0, rest: allocatedBytes(path) });
    expect(made.throughChain).toBeUndefined();
    const opened = reportImage({ path, grants: [], passphrase: "abc" });
    expect(opened).toMatchObject({ unreadable: undefined, own: { data: 65536, compressed: 0 } });
  });

  it("tells that a passphrase is needed even of an empty image", () => {
    const folder = tempFolder();
    const path = join(folder, "a.qcow2");
    const secret = ["--object", "secret,id=s,data=abc"];
    const options = "encrypt.format=aes,encrypt.key-secret=s";
    qemuImg(["create", ...secret, "-f", "qcow2", "-o", options, path, "1M"]);
    expect(report(path).unreadable).toMatchObject({ code: "passphrase", file: path });
  });

  it("fails for what is no image, and for a damaged table", () => {
    const folder = tempFolder();
    const missing = join(folder, "missing");
    expect(() => report(missing)).toThrow(expect.objectContaining({ code: "missing-file" }));
    const path = join(folder, "a.qcow2");
    qemuImg(["create", "-f", "qcow2", path, "1M"]);
    truncateSync(path, 100_000);
    expect(() => report(path)).toThrow(expect.objectContaining({ name: "ImageError" }));
  });
});

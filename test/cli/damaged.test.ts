import { copyFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeWithQemu, mustBeIdentical, qemuImg, qemuIo } from "../helpers/qemu-img";
import { tempFolder } from "../helpers/temp-folder";
import { entry, filled, guids, handmade, MiB, read } from "../engine/formats/vhdx/handmade";
import { sector, writeLog } from "../engine/formats/vhdx/log-entries";
import { linkAsQemuImg, run } from "./programs";

/** Byte offset of a refcount in the first refcount block of an image that qemu-img has made. */
const refcountOf = (cluster: number): number => 131072 + cluster * 2;

/** What is put where: refcounts that are too high, too low, or both. */
const damages: Readonly<Record<string, readonly (readonly [cluster: number, refcount: number])[]>> =
  {
    leaks: [[6, 2]],
    "wrong refcounts": [[7, 0]],
    both: [
      [6, 2],
      [7, 0],
    ],
    "leaks of what is used": [
      [7, 2],
      [9, 3],
    ],
    "leaks behind the end of the file": [
      [7, 2],
      [23, 1],
      [24, 1],
      [25, 2],
    ],
    "many wrong refcounts": [
      [5, 0],
      [6, 3],
      [7, 0],
      [8, 2],
      [9, 2],
    ],
  };

/** The end of the file depends on how it was repaired. */
const told = ({ code, stdout }: { code: number | null; stdout: string }) => ({
  code,
  stdout: stdout.replaceAll(/(image-end-offset": |end offset: )\d+/g, "$1"),
});

describeWithQemu("check of damaged images, against qemu-img", () => {
  it.for(Object.entries(damages))("%s: the same counts and exit codes", async ([what, wrong]) => {
    const folder = tempFolder();
    const link = linkAsQemuImg(join(folder, "bin"));
    const path = join(folder, "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", path, "4M"]);
    qemuIo(path, "qcow2", ["write -P 1 0 1M", "write -P 2 3M 64k", "discard 64k 64k"]);
    copyFileSync(path, join(folder, "sound.qcow2"));
    const bytes = readFileSync(path);
    for (const [cluster, count] of wrong) bytes.writeUInt16BE(count, refcountOf(cluster));
    for (const args of [
      ["-r", "all"],
      ["-r", "leaks"],
      ["-r", "all", "--output=json"],
    ]) {
      // qemu-img gives up on leaks in an image with other damage; Lamina leaves it alone.
      if (args[1] === "leaks" && !what.startsWith("leaks")) continue;
      const outcomes = [];
      for (const program of [link, "qemu-img"]) {
        writeFileSync(path, bytes);
        const before = [await run(program, ["check", path], folder)];
        before.push(await run(program, ["check", "--output=json", path], folder));
        const mended = await run(program, ["check", ...args, path], folder);
        const after = await run(program, ["check", path], folder);
        const lines = [...before, ...(what.startsWith("leaks") ? [mended] : []), after].map(
          ({ stderr }) => stderr,
        );
        outcomes.push([[...before, mended, after].map(told), lines]);
        mustBeIdentical(path, join(folder, "sound.qcow2"), "qcow2", "qcow2");
      }
      expect(outcomes[0], args.join(" ")).toEqual(outcomes[1]);
    }
  });

  it("names every finding with its place, and leaves a damaged image alone for -r leaks", async () => {
    const folder = tempFolder();
    const path = join(folder, "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", path, "4M"]);
    qemuIo(path, "qcow2", ["write -P 1 0 1M"]);
    const bytes = readFileSync(path);
    bytes.writeUInt16BE(0, refcountOf(7));
    writeFileSync(path, bytes);
    const link = linkAsQemuImg(join(folder, "bin"));
    const { code, stderr } = await run(link, ["check", "-r", "leaks", path], folder);
    expect(code).toBe(2);
    expect(stderr).toContain("ERROR cluster 7 refcount=0 reference=1\n");
    expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
    const none = await run("qemu-img", ["check", "-r", "leaks", path], folder);
    expect(none.code).toBe(1);
  });

  it("says of a VMDK that ends before its grains what qemu-img says", async () => {
    const folder = tempFolder();
    const link = linkAsQemuImg(join(folder, "bin"));
    qemuImg(["create", "-q", "-f", "vmdk", join(folder, "cut.vmdk"), "100G"]);
    truncateSync(join(folder, "cut.vmdk"), 10 * 2 ** 20);
    for (const args of [
      ["info", "cut.vmdk"],
      ["map", "cut.vmdk"],
    ]) {
      const oracle = await run("qemu-img", args, folder);
      expect(oracle.code).toBe(1);
      expect(await run(link, args, folder)).toEqual(oracle);
    }
  });

  it("compares with qemu-img's exit codes, and in its words but for the reason", async () => {
    const folder = tempFolder();
    const link = linkAsQemuImg(join(folder, "bin"));
    const at = (name: string): string => join(folder, name);
    writeFileSync(at("text.raw"), "what compresses well, ".repeat(50_000).slice(0, 2 ** 20));
    qemuImg(["convert", "-c", "-f", "raw", "-O", "qcow2", at("text.raw"), at("packed.qcow2")]);
    qemuImg(["create", "-q", "-f", "qcow2", at("empty.qcow2"), "1M"]);
    qemuImg(["create", "-q", "-f", "qcow2", at("plain.qcow2"), "1M"]);
    qemuIo(at("plain.qcow2"), "qcow2", ["write -P 1 0 1M"]);
    const edited = (from: string, to: string, edit: (bytes: Buffer, l2: number) => unknown) => {
      const bytes = readFileSync(at(from));
      const l1 = Number(bytes.readBigUInt64BE(40));
      edit(bytes, Number(bytes.readBigUInt64BE(l1) & 0x00ff_ffff_ffff_fe00n));
      writeFileSync(at(to), bytes);
    };
    edited("plain.qcow2", "table.qcow2", (b, l2) => b.writeUInt8(b[l2 + 14]! | 2, l2 + 14));
    edited("packed.qcow2", "data.qcow2", (b, l2) => {
      const cluster = Number(b.readBigUInt64BE(l2 + 16) & (2n ** 54n - 1n));
      b.fill(0xff, cluster, cluster + 60);
    });
    qemuImg(["create", "-q", "-f", "qcow2", "-b", "data.qcow2", "-F", "qcow2", at("over.qcow2")]);
    for (const [first, second, exitCode] of [
      ["table.qcow2", "plain.qcow2", 3],
      ["plain.qcow2", "table.qcow2", 3],
      ["table.qcow2", "table.qcow2", 3],
      ["packed.qcow2", "data.qcow2", 4],
      ["text.raw", "data.qcow2", 4],
      ["over.qcow2", "packed.qcow2", 4],
      // What differs before the damage is told.
      ["empty.qcow2", "data.qcow2", 1],
    ] as const) {
      const outcomes = [];
      for (const program of [link, "qemu-img"]) {
        const { code, stdout, stderr } = await run(program, ["compare", first, second], folder);
        const told =
          /qemu-img: (Error while reading offset \d+ of|Sector allocation.* for) [^ :\n]+/;
        outcomes.push({ code, stdout, told: told.exec(stderr)?.[0] });
      }
      expect(outcomes[0]).toEqual(outcomes[1]);
      expect(outcomes[0], `${first} ${second}`).toMatchObject({ code: exitCode });
    }
  });

  it("reads a qcow2 image without the snapshots that it has lost, and takes them out for -r all", async () => {
    const folder = tempFolder();
    const link = linkAsQemuImg(join(folder, "bin"));
    const path = join(folder, "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", path, "1M"]);
    qemuIo(path, "qcow2", ["write -P 1 0 200k"]);
    qemuImg(["snapshot", "-c", "one", path]);
    const bytes = readFileSync(path);
    bytes.writeBigUInt64BE(2n ** 30n, 64);
    writeFileSync(path, bytes);
    const why = "ends at byte";
    const lamina = (...args: string[]) => run(link, args, folder);

    const told = await lamina("info", "a.qcow2");
    expect(told.code).toBe(0);
    expect(told.stderr).toContain(why);
    const converted = await lamina("convert", "-O", "raw", "a.qcow2", "a.raw");
    expect(converted).toMatchObject({ code: 0, stderr: "" });
    mustBeIdentical(path, join(folder, "a.raw"), "qcow2", "raw");
    for (const args of [
      ["convert", "-l", "one", "-O", "raw", "a.qcow2", "one.raw"],
      ["snapshot", "-l", "a.qcow2"],
      ["snapshot", "-c", "two", "a.qcow2"],
      ["snapshot", "-d", "one", "a.qcow2"],
      ["resize", "a.qcow2", "2M"],
      ["amend", "-o", "lazy_refcounts=on", "a.qcow2"],
      ["bitmap", "--add", "a.qcow2", "b"],
    ]) {
      const { code, stderr } = await lamina(...args);
      expect({ code, stderr }, args.join(" ")).toEqual({
        code: 1,
        stderr: expect.stringContaining(why),
      });
    }
    expect(readFileSync(path).equals(bytes)).toBe(true);

    const checks = [];
    for (const program of [link, "qemu-img"]) {
      writeFileSync(path, bytes);
      const codes = [];
      for (const args of [[], ["-r", "all"], []])
        codes.push((await run(program, ["check", ...args, path], folder)).code);
      mustBeIdentical(path, join(folder, "a.raw"), "qcow2", "raw");
      checks.push(codes);
    }
    expect(checks).toEqual([
      [2, 0, 0],
      [2, 0, 0],
    ]);
    writeFileSync(path, bytes);
    const mended = await lamina("check", "-r", "all", "a.qcow2");
    expect(mended.stderr).toContain("1 of 1 snapshots are lost");
    expect(qemuImg(["check", path])).toContain("No errors were found");
    expect(await lamina("snapshot", "-l", "a.qcow2")).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("reads a qcow2 image without the bitmaps that cannot be read, and drops them for -r all", async () => {
    const folder = tempFolder();
    const link = linkAsQemuImg(join(folder, "bin"));
    const path = join(folder, "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", path, "1M"]);
    qemuIo(path, "qcow2", ["write -P 1 0 200k"]);
    qemuImg(["convert", "-O", "raw", path, join(folder, "sound.raw")]);
    for (const name of ["one", "two"]) qemuImg(["bitmap", "--add", path, name]);
    const bytes = readFileSync(path);
    // The type of the second entry of the directory.
    bytes.writeUInt8(7, bytes.lastIndexOf("two") - 8);
    writeFileSync(path, bytes);
    const lamina = (...args: string[]) => run(link, args, folder);
    const oracle = await run("qemu-img", ["info", "a.qcow2"], folder);
    expect(oracle).toMatchObject({ code: 1, stderr: expect.stringContaining("Bitmap 'two'") });

    const why = "an entry of the bitmap directory is damaged";
    const info = await lamina("info", "a.qcow2");
    expect(info).toMatchObject({ code: 0, stderr: expect.stringContaining(why) });
    expect(info.stdout).toContain("name: one");
    expect(info.stdout).not.toContain("name: two");
    const converted = await lamina("convert", "-O", "raw", "a.qcow2", "a.raw");
    expect(converted).toEqual({ code: 0, stdout: "", stderr: "" });
    mustBeIdentical(join(folder, "sound.raw"), join(folder, "a.raw"), "raw", "raw");
    for (const args of [
      ["convert", "--bitmaps", "-O", "qcow2", "a.qcow2", "b.qcow2"],
      ["convert", "-n", "-O", "qcow2", "a.qcow2", "a.qcow2"],
      ["snapshot", "-c", "two", "a.qcow2"],
      ["resize", "a.qcow2", "2M"],
      ["amend", "-o", "lazy_refcounts=on", "a.qcow2"],
      ["bitmap", "--add", "a.qcow2", "b"],
    ])
      expect((await lamina(...args)).code, args.join(" ")).toBe(1);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    const skip = ["--bitmaps", "--skip-broken-bitmaps"];
    expect(await lamina("convert", ...skip, "-O", "qcow2", "a.qcow2", "b.qcow2")).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("Skipping bitmaps that cannot be read"),
    });
    expect(qemuImg(["info", join(folder, "b.qcow2")])).toContain("name: one");

    expect((await lamina("check", "a.qcow2")).code).toBe(2);
    const mended = await lamina("check", "-r", "all", "a.qcow2");
    expect(mended).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("of 2 bitmaps 1 can"),
    });
    expect(qemuImg(["check", path])).toContain("No errors were found");
    expect(qemuImg(["info", path])).toContain("name: one");
    mustBeIdentical(path, join(folder, "sound.raw"), "qcow2", "raw");
  });

  it("counts a VHDX log that it has replayed as mended", async () => {
    const folder = tempFolder();
    const link = linkAsQemuImg(join(folder, "bin"));
    const path = join(folder, "dirty.vhdx");
    const changes = [{ at: 8 * MiB, bytes: filled(sector, 7) }];
    const image = handmade({ bat: { 0: entry(6, 8) }, logGuid: guids.log, fileSize: 9 * MiB });
    writeLog(image, { sequenceNumber: 9, at: 0, changes });
    for (const more of [[], ["--output=json"]]) {
      const args = ["check", "-r", "all", ...more, "dirty.vhdx"];
      writeFileSync(path, read(image, 0, image.size));
      const oracle = await run("qemu-img", args, folder);
      expect(oracle.stdout).toMatch(/1 corruptions|"corruptions-fixed": 1,/);
      writeFileSync(path, read(image, 0, image.size));
      expect(await run(link, args, folder)).toEqual(oracle);
      qemuIo(path, "vhdx", [`read -P 7 0 ${sector}`]);
    }
  });
});

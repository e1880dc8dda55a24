import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { MOST_FILES, scanFolder } from "../../electron/library-scan";
import { qemuHolds } from "../helpers/qemu-holds";
import { describeWithQemu, qemuImg, qemuIo, qemuJson } from "../helpers/qemu-img";
import { tempFolder } from "../helpers/temp-folder";

const MiB = 1024 * 1024;
const scan = (folder: string, leaveOut: readonly string[] = []) =>
  scanFolder({ folder, leaveOut, seen: [] });
/** An empty qcow2 image in `folder`, on a base where one is named. */
function qcow2(folder: string, name: string, ...more: readonly string[]): string {
  qemuImg(["create", "-q", "-f", "qcow2", name, ...more], folder);
  return join(folder, name);
}

describeWithQemu("looking through a folder", () => {
  it("tells the sizes that qemu-img tells, for every format, whatever the name", () => {
    const folder = tempFolder();
    for (const format of ["qcow2", "vmdk", "vdi", "vpc", "vhdx", "qcow", "raw"])
      qemuImg(["create", "-q", "-f", format, join(folder, `${format}.img`), "20M"]);
    qemuIo(join(folder, "qcow2.img"), "qcow2", ["write -P 7 0 3M"]);
    const { images, more, host } = scan(folder);
    expect(images).toHaveLength(7);
    for (const { path, name, format, virtualSize, allocated } of images) {
      const info = qemuJson<Record<string, unknown>>(["info", "-f", name.slice(0, -4), path]);
      expect([format, virtualSize, allocated]).toEqual([
        info["format"],
        info["virtual-size"],
        info["actual-size"],
      ]);
    }
    expect(more).toBe(false);
    expect(host?.capacity).toBeGreaterThan(host?.free ?? Infinity);
  });

  it("tells whose chain ends at a file that is not there, in this folder only", () => {
    const folder = tempFolder();
    const over = (name: string, base: string) =>
      qcow2(folder, name, "-u", "-b", base, "-F", "qcow2", "8M");
    qcow2(folder, "base.qcow2", "8M");
    over("whole.qcow2", "base.qcow2");
    over("broken.qcow2", "gone.qcow2");
    over("above.qcow2", "broken.qcow2");
    over("elsewhere.qcow2", "/none/of/this/gone.qcow2");
    over("loop-1.qcow2", "loop-2.qcow2");
    over("loop-2.qcow2", "loop-1.qcow2");
    const missing = () =>
      scan(folder).images.flatMap(({ name, missingBase }) =>
        missingBase === undefined ? [] : [[name, missingBase]],
      );
    const gone = join(folder, "gone.qcow2");
    expect(missing()).toEqual([
      ["above.qcow2", gone],
      ["broken.qcow2", gone],
    ]);
    qcow2(folder, "gone.qcow2", "8M");
    expect(missing()).toEqual([]);
  });

  it("passes over what is no image, hidden, half written, a link or deeper than one folder", () => {
    const folder = tempFolder();
    const outside = tempFolder();
    qcow2(outside, "secret.qcow2", "8M");
    mkdirSync(join(folder, "sub/deeper"), { recursive: true });
    qcow2(folder, "sub/inner.qcow2", "8M");
    qcow2(folder, "sub/deeper/far.qcow2", "8M");
    qcow2(folder, ".hidden.qcow2", "8M");
    qcow2(folder, "copy.qcow2.partial", "8M");
    writeFileSync(join(folder, "README.txt"), "no image");
    writeFileSync(join(folder, "backup.tar"), "no archive");
    symlinkSync(join(outside, "secret.qcow2"), join(folder, "link.qcow2"));
    symlinkSync(outside, join(folder, "linked"));
    expect(scan(folder).images.map(({ name }) => name)).toEqual(["sub/inner.qcow2"]);
    expect(scan(folder, [join(folder, "sub")]).images).toEqual([]);
  });

  it("names the base as it is listed, and opens no file that an image names", () => {
    const folder = tempFolder();
    const elsewhere = tempFolder();
    const far = qcow2(elsewhere, "far.qcow2", "8M");
    const base = qcow2(folder, "base.qcow2", "8M");
    qcow2(folder, "over.qcow2", "-b", "base.qcow2", "-F", "qcow2");
    qcow2(folder, "lone.qcow2", "-b", far, "-F", "qcow2");
    rmSync(far);
    const link = join(tempFolder(), "other-way");
    symlinkSync(folder, link);
    qcow2(folder, "by-link.qcow2", "-b", base, "-F", "qcow2");
    const found = (at: string) =>
      Object.fromEntries(scan(at).images.map(({ name, base: on, grows }) => [name, [on, grows]]));
    expect(found(folder)).toEqual({
      "base.qcow2": [undefined, false],
      "over.qcow2": [base, true],
      "lone.qcow2": [far, true],
      "by-link.qcow2": [base, true],
    });
    expect(found(link)["by-link.qcow2"]).toEqual([join(link, "base.qcow2"), true]);
    expect(scan(folder).images.flatMap(({ failure }) => failure ?? [])).toEqual([]);
  });

  it("takes the extents of a VMDK for one image", () => {
    const folder = tempFolder();
    const options = ["-o", "subformat=twoGbMaxExtentFlat,adapter_type=lsilogic"];
    qemuImg(["create", "-q", "-f", "vmdk", ...options, "vm.vmdk", "3G"], folder);
    qemuIo(join(folder, "vm.vmdk"), "vmdk", ["write -P 7 2200M 3M"]);
    const { images } = scan(folder);
    expect(images).toMatchObject([{ name: "vm.vmdk", virtualSize: 3 * 1024 * MiB }]);
    const files = readdirSync(folder).map((name) => statSync(join(folder, name)).blocks * 512);
    expect(files).toHaveLength(3);
    expect(images[0]?.allocated).toBe(files.reduce((sum, bytes) => sum + bytes));
  });

  it("lists a broken image with what is wrong with it, and lives on", () => {
    const folder = tempFolder();
    qcow2(folder, "sound.qcow2", "8M");
    const bytes = Buffer.alloc(512);
    bytes.write("QFI\xfb", "latin1");
    bytes.writeUInt32BE(3, 4);
    bytes.writeUInt32BE(40, 20);
    writeFileSync(join(folder, "broken without an extension"), bytes);
    expect(scan(folder).images).toMatchObject([
      { name: "sound.qcow2", virtualSize: 8 * MiB },
      { name: "broken without an extension", failure: { at: 20, found: "40" } },
    ]);
  });

  it("opens again only what has changed", () => {
    const folder = tempFolder();
    const path = join(folder, "a.raw");
    writeFileSync(path, Buffer.alloc(MiB));
    const first = scan(folder);
    const told = first.seen.map((file) => ({
      ...file,
      image: { path, name: "a.raw", virtualSize: 1, grows: true },
    }));
    const again = () => scanFolder({ folder, leaveOut: [], seen: told }).images[0]?.virtualSize;
    expect(again()).toBe(1);
    appendFileSync(path, Buffer.alloc(MiB));
    utimesSync(path, 1, 1);
    expect(again()).toBe(2 * MiB);
  });

  it("tells who holds an image now, though nothing of the file has changed", async () => {
    const folder = tempFolder();
    const path = qcow2(folder, "a.qcow2", "8M");
    qcow2(folder, "b.qcow2", "8M");
    const link = join(tempFolder(), "link");
    symlinkSync(folder, link);
    let { seen } = scan(link);
    const users = () => {
      const found = scanFolder({ folder: link, leaveOut: [], seen });
      seen = found.seen;
      return found.images.map(({ inUse }) => inUse?.map(({ process: holder }) => holder?.name));
    };
    expect(users()).toEqual([undefined, undefined]);
    const { release } = await qemuHolds(path, "qcow2", { readOnly: true });
    expect(users()).toEqual([["qemu-io"], undefined]);
    await release();
    expect(users()).toEqual([undefined, undefined]);
  });

  it("stops at so many files, images first, and says so", () => {
    const folder = tempFolder();
    for (let number = 0; number < MOST_FILES; number += 1)
      writeFileSync(join(folder, `${number}.txt`), "");
    expect(scan(folder)).toMatchObject({ images: [], more: false });
    writeFileSync(join(folder, "z.img"), Buffer.alloc(512));
    expect(scan(folder)).toMatchObject({ images: [{ name: "z.img" }], more: true });
  });

  it("says that a folder is not there", () => {
    expect(() => scan(join(tempFolder(), "gone"))).toThrow("is not there");
  });
});

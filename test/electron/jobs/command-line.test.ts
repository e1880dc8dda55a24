import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { convertCommand, shellQuoted } from "../../../electron/jobs/command-line";

const request = {
  source: "/srv/disk.raw",
  target: "/srv/disk.qcow2",
  format: "qcow2",
  options: {},
  compress: false,
  replace: false,
  verify: true,
} as const;

describe("a conversion as a command", () => {
  it("names what it does", () => {
    expect(convertCommand(request, { trust: false, platform: "linux" })).toBe(
      "lamina convert -t writeback -O qcow2 /srv/disk.raw /srv/disk.qcow2",
    );
  });

  it("says that the data is compressed", () => {
    expect(
      convertCommand({ ...request, compress: true }, { trust: false, platform: "linux" }),
    ).toBe("lamina convert -t writeback -c -O qcow2 /srv/disk.raw /srv/disk.qcow2");
  });

  it("names what is read, and how", () => {
    const asked = {
      ...request,
      behind: ["/srv/b.raw", "/srv/c d,e.raw"],
      passphrase: "correct horse",
      salvage: true,
      keepZeros: true,
      snapshot: 2,
      keepBacking: true,
    };
    const backing = { path: "/srv/base.qcow2", format: "qcow2" };
    const style = {
      trust: false,
      platform: "linux",
      snapshotId: "7",
      backing,
      sourceFormat: "qcow2",
    } as const;
    expect(convertCommand(asked, style)).toBe(
      "lamina convert --object secret,id=sec0,file=PASSPHRASE-FILE --image-opts --salvage " +
        "-l snapshot.id=7 -t writeback -S 0 -O qcow2 -B /srv/base.qcow2 -F qcow2 " +
        "driver=qcow2,file.filename=/srv/disk.raw,encrypt.key-secret=sec0 " +
        "file.filename=/srv/b.raw 'file.filename=/srv/c d,,e.raw' /srv/disk.qcow2",
    );
  });

  it("names the format of a source that is not taken by its content", () => {
    const asked = { ...request, sourceFormat: "raw" } as const;
    expect(convertCommand(asked, { trust: false, platform: "linux" })).toBe(
      "lamina convert -f raw -t writeback -O qcow2 /srv/disk.raw /srv/disk.qcow2",
    );
  });

  it("declares the format that the source was found to have, and no other than what is asked for", () => {
    const style = { trust: false, platform: "linux", sourceFormat: "vpc" } as const;
    const line = "-t writeback -O qcow2 /srv/disk.raw /srv/disk.qcow2";
    expect(convertCommand(request, style)).toBe(`lamina convert -f vpc ${line}`);
    const asked = { ...request, sourceFormat: "raw" } as const;
    expect(convertCommand(asked, style)).toBe(`lamina convert -f raw ${line}`);
    // With -f the archive itself would be taken for a disk.
    const inside = { ...request, member: "disk.vhd" };
    expect(convertCommand(inside, style)).toBe(`lamina convert --member disk.vhd ${line}`);
  });

  it("names the disk in an archive, and what has to be done afterwards", () => {
    const asked = { ...request, source: "/srv/vm.ova", member: "disk 1.vmdk", size: 4096 };
    expect(convertCommand(asked, { trust: false, platform: "linux" })).toBe(
      "lamina convert --member 'disk 1.vmdk' -t writeback -O qcow2 /srv/vm.ova /srv/disk.qcow2 && " +
        "lamina resize -f qcow2 /srv/disk.qcow2 4096",
    );
  });

  it("names options as qemu-img does, and the trust it needs", () => {
    const options = { cluster_size: 65_536, lazy_refcounts: true, extended_l2: false, x: "a,b" };
    expect(convertCommand({ ...request, options }, { trust: true, platform: "linux" })).toBe(
      "lamina convert --trust -t writeback -O qcow2 " +
        "-o cluster_size=65536,lazy_refcounts=on,extended_l2=off,x=a,,b " +
        "/srv/disk.raw /srv/disk.qcow2",
    );
  });
});

const awkward = [
  "plain-1.img",
  "two words",
  "it's",
  `"double" and 'single'`,
  "$HOME `id` $(id) \\ ! * ? ~ # & | ; < > ( ) { }",
  "line\nbreak",
  "été 磁盘",
  "",
  "''",
  "-n",
];

describe("quoting", () => {
  it.skipIf(process.platform === "win32").each(awkward)("gives the shell back %j", (word) => {
    const line = `printf '%s' ${shellQuoted(word, "linux")}x`;
    const { stdout } = spawnSync("sh", ["-c", line], { encoding: "utf8" });
    expect(stdout).toBe(`${word}x`);
  });

  it("leaves plain words alone", () => {
    expect(shellQuoted("/srv/disk-1.qcow2", "linux")).toBe("/srv/disk-1.qcow2");
    expect(shellQuoted(String.raw`C:\disks\a.img`, "win32")).toBe(String.raw`C:\disks\a.img`);
  });

  it("follows the rules of Windows there", () => {
    expect(shellQuoted(String.raw`C:\my disks\a.img`, "win32")).toBe(
      String.raw`"C:\my disks\a.img"`,
    );
    expect(shellQuoted(String.raw`a b\"c`, "win32")).toBe(String.raw`"a b\\\"c"`);
    expect(shellQuoted("C:\\my disks\\", "win32")).toBe(String.raw`"C:\my disks\\"`);
  });
});

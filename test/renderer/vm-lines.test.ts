import { describe, expect, it } from "vitest";
import { vmLines } from "../../renderer/features/receipt/vm-lines";
import { setFormatUnits } from "../../renderer/text/format";
import { exactSize, parseSize } from "../../renderer/text/parse-size";
import { GiB, KiB, MiB } from "./reports";

const systems = (...given: Parameters<typeof vmLines>) =>
  vmLines(...given)
    .map(({ system }) => system)
    .toSorted();

describe("lines for a machine's definition", () => {
  it("are told for the programs that take the format", () => {
    expect(systems("/a.img", "raw", {})).toEqual(["libvirt", "qemu"]);
    expect(systems("/a.vhdx", "vhdx", {})).toEqual(["hyper-v", "libvirt", "qemu"]);
    expect(systems("/a.vmdk", "vmdk", {})).toEqual(["libvirt", "qemu", "virtualbox", "vmware"]);
    const transport = { subformat: "streamOptimized" };
    expect(systems("/a.vmdk", "vmdk", transport)).toEqual(["libvirt", "qemu"]);
  });

  it("quote each name as its program reads it", () => {
    const path = `/vm/O'Neill & "sons", 1.vhd`;
    const texts = Object.fromEntries(
      vmLines(path, "vpc", {}).map(({ system, text }) => [system, text]),
    );
    expect(texts["libvirt"]).toContain('<driver name="qemu" type="vpc"/>');
    expect(texts["libvirt"]).toContain(
      '<source file="/vm/O\'Neill &amp; &quot;sons&quot;, 1.vhd"/>',
    );
    expect(texts["qemu"]).toContain(String.raw`file='/vm/O'\''Neill & "sons",, 1.vhd'`);
    expect(texts["hyper-v"]).toContain(`-Path '/vm/O''Neill & "sons", 1.vhd'`);
    const windows = vmLines(String.raw`C:\My VMs\a.vdi`, "vdi", {});
    expect(windows.find(({ system }) => system === "virtualbox")?.text).toContain(
      String.raw`--medium "C:\My VMs\a.vdi"`,
    );
  });
});

describe("sizes as they are typed", () => {
  it.each([
    ["80 GiB", 80 * GiB],
    ["80G", 80 * GiB],
    ["1.5 g", 1.5 * GiB],
    ["1,5 GB", 1.5 * GiB],
    ["64k", 64 * KiB],
    ["4096", 4096],
    ["512 B", 512],
    ["", undefined],
    ["0", undefined],
    ["-1G", undefined],
    ["1.0001", undefined],
    ["1.2.3 G", undefined],
    ["80 GiBs", undefined],
    ["9e9 G", undefined],
    ["99999999 P", undefined],
  ])("%o is %s bytes", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it("come back from their text to the byte", () => {
    for (const bytes of [1, 512, 41 * MiB, 25 * MiB + 512, 80 * GiB, 2 ** 50])
      expect(parseSize(exactSize(bytes))).toBe(bytes);
    expect(exactSize(41 * GiB)).toBe("41 GiB");
  });

  it("are decimal where sizes are shown so, but for units with an i", () => {
    setFormatUnits("decimal");
    try {
      expect(parseSize("80 GB")).toBe(80e9);
      expect(parseSize("1.5T")).toBe(1.5e12);
      expect(parseSize("80 GiB")).toBe(80 * GiB);
      expect(exactSize(64 * GiB)).toBe("68.719476736 GB");
      expect(exactSize(80e9)).toBe("80 GB");
      for (const bytes of [1, 999, 1000, 512 * KiB, 25 * MiB + 1, 64 * GiB, 2 ** 50, 2 ** 53 - 1])
        expect(parseSize(exactSize(bytes)), exactSize(bytes)).toBe(bytes);
    } finally {
      setFormatUnits("binary");
    }
  });
});

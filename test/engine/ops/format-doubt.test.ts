import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { reportImage } from "../../../electron/engine";
import { preflight } from "../../../electron/engine/ops/preflight/preflight";
import { imageReportSchema } from "../../../shared/model/report";
import { describeWithQemu, qemuImg, qemuIo } from "../../helpers/qemu-img";
import { tempFolder } from "../../helpers/temp-folder";

const report = (path: string, format?: "raw") =>
  imageReportSchema.parse(reportImage({ path, grants: [], ...(format && { format }) }));
const doubtOf = (path: string, format?: "raw") => report(path, format).layers[0]?.doubt;

describeWithQemu("a doubt in a raw disk", () => {
  it.each([
    ["qcow2", "qcow2"],
    ["vmdk", "VMDK"],
    ["vdi", "VirtualBox VDI"],
    ["vhdx", "VHDX"],
    ["vpc", "VHD"],
    ["qed", "qed"],
  ])("is told when it is said to be raw and holds the mark of %s", (format, label) => {
    const path = join(tempFolder(), "disk.img");
    qemuImg(["create", "-q", "-f", format, path, "4M"]);
    expect(doubtOf(path, "raw")).toEqual({ kind: "holds-mark", format: label });
  });

  it("is told of a base that is declared raw, whose guest wrote a qcow2 header, and it stays raw", () => {
    const folder = tempFolder();
    const [base, overlay] = [join(folder, "base.raw"), join(folder, "over.qcow2")];
    qemuImg(["create", "-q", "-f", "qcow2", base, "4M"]);
    qemuImg(["create", "-q", "-f", "qcow2", "-b", "base.raw", "-F", "raw", overlay, "4M"]);
    expect(report(overlay).layers).toMatchObject([
      { format: "qcow2" },
      { format: "raw", doubt: { kind: "holds-mark", format: "qcow2" } },
    ]);
    expect(doubtOf(overlay)).toBeUndefined();
  });

  it("is told when the header is missing that its name promises, as after dd over a qcow2", () => {
    const folder = tempFolder();
    const path = join(folder, "vm.qcow2");
    writeFileSync(path, Buffer.alloc(800 * 1024, 0x5a));
    expect(report(path)).toMatchObject({
      layers: [{ format: "raw", doubt: { kind: "header-missing", format: "qcow2" } }],
    });
    // Whoever says that it is raw needs no telling.
    expect(doubtOf(path, "raw")).toBeUndefined();
    for (const name of ["vm.img", "vm-flat.vmdk", "vm", "vm.qcow2.bak", "vm.iso"]) {
      copyFileSync(path, join(folder, name));
      expect(doubtOf(join(folder, name))).toBeUndefined();
    }
    copyFileSync(path, join(folder, "vm.VMDK"));
    expect(doubtOf(join(folder, "vm.VMDK"))).toEqual({ kind: "header-missing", format: "VMDK" });
  });

  it("is a warning before a conversion, and none is there without it", () => {
    const path = join(tempFolder(), "vm.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", path, "4M"]);
    qemuIo(path, "qcow2", ["write -q -P 1 0 64k"]);
    const target = { format: "raw", options: {} } as const;
    const ids = (format?: "raw") =>
      preflight({ source: report(path, format), target }, "other").filter(({ id }) =>
        id.startsWith("source-h"),
      );
    expect(ids()).toEqual([]);
    expect(ids("raw")).toEqual([
      { id: "source-holds-mark", level: "warning", values: { format: "qcow2" } },
    ]);
    writeFileSync(path, Buffer.alloc(65_536, 1));
    expect(ids()).toEqual([
      { id: "source-header-missing", level: "warning", values: { format: "qcow2" } },
    ]);
  });
});

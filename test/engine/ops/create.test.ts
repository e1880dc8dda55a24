import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createImage, type CreateJob } from "../../../electron/engine";
import { describeWithQemu, qemuImg, qemuJson } from "../../helpers/qemu-img";
import { tempFolder } from "../../helpers/temp-folder";
import { allocatedBytes } from "./convert-job";

function create(path: string, over: Partial<CreateJob>): void {
  const spec = { size: 1024 * 1024, options: {} };
  createImage({ path, format: "raw", spec, replace: false, flush: true, ...over });
}

const info = (path: string) => qemuJson<Record<string, unknown>>(["info", path]);

describeWithQemu("create", () => {
  it("makes empty images that take next to nothing", () => {
    const folder = tempFolder();
    const size = 10 * 2 ** 30;
    for (const format of ["raw", "qcow2"] as const) {
      const path = join(folder, format);
      create(path, { format, spec: { size, options: {} } });
      expect(info(path)).toMatchObject({ format, "virtual-size": size });
      expect(allocatedBytes(path)).toBeLessThanOrEqual(256 * 1024);
    }
    qemuImg(["check", join(folder, "qcow2")]);
    expect(readdirSync(folder).toSorted()).toEqual(["qcow2", "raw"]);
  });

  it("makes an overlay that names its base", () => {
    const folder = tempFolder();
    const base = join(folder, "base");
    const path = join(folder, "over");
    create(base, { format: "qcow2" });
    const spec = { size: 1024 * 1024, options: {}, backing: { name: "base", format: "qcow2" } };
    create(path, { format: "qcow2", spec });
    expect(info(path)).toMatchObject({
      "backing-filename": "base",
      "backing-filename-format": "qcow2",
    });
    qemuImg(["compare", base, path]);
  });

  it("replaces a file only when asked to, and leaves nothing when it fails", () => {
    const folder = tempFolder();
    const path = join(folder, "a");
    writeFileSync(path, "old");
    expect(() => create(path, {})).toThrow(expect.objectContaining({ code: "exists" }));
    const spec = { size: 512, options: { colour: "blue" } };
    expect(() => create(path, { spec, replace: true })).toThrow(
      expect.objectContaining({ code: "invalid-argument" }),
    );
    expect(readFileSync(path, "utf8")).toBe("old");
    create(path, { replace: true });
    expect(readFileSync(path).length).toBe(1024 * 1024);
    expect(readdirSync(folder)).toEqual(["a"]);
  });
});

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createImage, createOverlay } from "../../../electron/engine";
import { createCommand, type CreateCommandStyle } from "../../../electron/jobs/create-command";
import type { CreateRequest } from "../../../shared/model/job";
import { qemuImg } from "../../helpers/qemu-img";
import { tempFolder } from "../../helpers/temp-folder";
import { bundle } from "../../cli/programs";

const size = 5 * 2 ** 20;

/** Runs the line in a shell, with the built command line in place of the installed one. */
function runLine(request: CreateRequest, style: Partial<CreateCommandStyle> = {}): void {
  const line = createCommand(request, { trust: false, platform: "linux", ...style });
  const { status, stderr } = spawnSync(
    "sh",
    ["-c", `node "$0" ${line.slice("lamina ".length)}`, bundle],
    {
      encoding: "utf8",
    },
  );
  expect([status, stderr]).toEqual([0, ""]);
}

describe("a new image as a command", () => {
  it("makes what the app makes, to the byte", () => {
    const folder = tempFolder();
    const target = join(folder, "it's a, disk.qcow2");
    const options = { preallocation: "metadata", cluster_size: 131_072, lazy_refcounts: true };
    runLine({ target, format: "qcow2", size, options, replace: false });
    const path = join(folder, "own.qcow2");
    createImage({ path, format: "qcow2", spec: { size, options }, replace: false, flush: false });
    expect(readFileSync(target).equals(readFileSync(path))).toBe(true);
  });

  it("names the base as the app does", () => {
    const folder = tempFolder();
    const base = join(folder, "base disk.vmdk");
    qemuImg(["create", "-q", "-f", "vmdk", base, String(size)]);
    mkdirSync(join(folder, "sub"));
    const target = join(folder, "sub", "line.qcow2");
    const backing = { name: "../base disk.vmdk", format: "vmdk" };
    runLine(
      { target, format: "qcow2", size, options: {}, base, replace: false },
      { backing, trust: true },
    );
    const path = join(folder, "sub", "own.qcow2");
    createOverlay({ base: { path: base, grants: [] }, path, name: "relative" });
    expect(readFileSync(target).equals(readFileSync(path))).toBe(true);
  });
});

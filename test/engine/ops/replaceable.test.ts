import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { convert, createImage } from "../../../electron/engine";
import { convertInSteps } from "../../../electron/engine/ops/convert";
import { runThrough } from "../../../electron/engine/ops/steps";
import { nbdHolds } from "../../helpers/nbd-holds";
import { qemuHolds } from "../../helpers/qemu-holds";
import { describeWithQemu, mustBeIdentical, qemuImg } from "../../helpers/qemu-img";
import { tempFolder } from "../../helpers/temp-folder";
import { thrownBy } from "../io/thrown";
import { jobOf } from "./convert-job";

describeWithQemu("a file that somebody else holds is not replaced", () => {
  /** A source, and a target that is there already. */
  function newImages(): { folder: string; source: string; target: string } {
    const folder = tempFolder();
    const source = join(folder, "s.qcow2");
    const target = join(folder, "t.qcow2");
    for (const path of [source, target]) qemuImg(["create", "-q", "-f", "qcow2", path, "1M"]);
    return { folder, source, target };
  }

  it("by a conversion, which names who holds it and leaves everything as it was", async () => {
    const { folder, source, target } = newImages();
    const { pid, release } = await qemuHolds(target, "qcow2");
    const before = readFileSync(target);
    const job = jobOf(source, target, "vdi", { replace: true });
    expect(thrownBy(() => convert(job))).toMatchObject({
      code: "in-use",
      file: target,
      found: `qemu-io (process ${pid})`,
    });
    expect(readFileSync(target).equals(before)).toBe(true);
    expect(readdirSync(folder).toSorted()).toEqual(["s.qcow2", "t.qcow2"]);
    await release();
    convert(job);
    mustBeIdentical(source, target, "qcow2", "vdi");
  });

  it("by a new disk", async () => {
    const { target } = newImages();
    const { pid, release } = await nbdHolds(target, "qcow2", { readOnly: true });
    const spec = { size: 2 ** 21, options: {} };
    const job = { path: target, format: "raw", spec, replace: true, flush: false } as const;
    const found = `qemu-nbd (process ${pid})`;
    expect(thrownBy(() => createImage(job))).toMatchObject({ code: "in-use", found });
    await release();
    createImage(job);
    expect(readFileSync(target).length).toBe(2 ** 21);
  });

  it.each(["s.raw", "s.raw.gz"])("when it is taken while %s is converted", async (name) => {
    const { folder, target } = newImages();
    const source = join(folder, name);
    const disk = new Uint8Array(2 ** 20).fill(7);
    writeFileSync(source, name.endsWith(".gz") ? gzipSync(disk) : disk);
    const before = readFileSync(target);
    const steps = convertInSteps(jobOf(source, target, "raw", { replace: true }));
    expect(steps.next().done).toBe(false);
    const { pid } = await qemuHolds(target, "qcow2");
    const error = thrownBy(() => runThrough(steps));
    expect(error).toMatchObject({ code: "in-use", found: `qemu-io (process ${pid})` });
    expect(readFileSync(target).equals(before)).toBe(true);
    expect(readdirSync(folder).toSorted()).toEqual(["s.qcow2", name, "t.qcow2"]);
  });
});

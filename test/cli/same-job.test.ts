import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { convert, createControl, openImage, reportImage } from "../../electron/engine";
import { convertCommand } from "../../electron/jobs/command-line";
import { sourceRequestOf } from "../../electron/workers/source-request";
import type { ConvertRequest } from "../../shared/model/job";
import { expectBytes } from "../helpers/bytes";
import { patternDisk } from "../helpers/pattern-disk";
import { describeWithQemu, qemuImg } from "../helpers/qemu-img";
import { random, runSeed } from "../helpers/seed";
import { newFolder, removeFolder } from "../helpers/temp-folder";
import { fixed } from "../engine/formats/vhd/handmade";
import { archive } from "../engine/wrappings/archive";
import { bundle } from "./programs";

/** What the guest of an image reads. */
function guestOf(path: string): Uint8Array {
  const image = openImage({ path, grants: [] });
  const bytes = new Uint8Array(image.size);
  image.read(0, bytes);
  image.close();
  return bytes;
}

describeWithQemu(`the line that a job shows does the same job (seed ${runSeed})`, () => {
  let folder = "";
  const at = (name: string): string => join(folder, name);
  beforeAll(() => {
    folder = newFolder();
    mkdirSync(at("bin"));
    symlinkSync(bundle, at("bin/lamina"));
    const { bytes } = patternDisk(random(runSeed), 2 ** 20);
    writeFileSync(at("disk 1.raw"), bytes);
    writeFileSync(at("fixed.vhd"), fixed(bytes));
    qemuImg(["convert", "-f", "raw", "-O", "qcow2", at("disk 1.raw"), at("disk.qcow2")]);
    writeFileSync(
      at("vm.tar"),
      archive([{ name: "a b.qcow2", data: readFileSync(at("disk.qcow2")) }]),
    );
    // A guest wrote what looks like another image.
    writeFileSync(at("guest.raw"), readFileSync(at("disk.qcow2")));
  });
  afterAll(() => removeFolder(folder));

  it.each<[string, Partial<ConvertRequest>]>([
    ["disk 1.raw", {}],
    ["disk 1.raw", { options: { cluster_size: 4096 }, compress: true }],
    ["fixed.vhd", {}],
    ["disk.qcow2", { format: "vpc", options: { subformat: "fixed", preallocation: "falloc" } }],
    ["guest.raw", { sourceFormat: "raw" }],
    ["vm.tar", {}],
    ["vm.tar", { member: "a b.qcow2" }],
  ])("of %s with %j", (name, more) => {
    const source = at(name);
    const target = at("new image");
    const request: ConvertRequest = {
      source,
      target,
      format: "qcow2",
      options: {},
      compress: false,
      replace: true,
      verify: false,
      ...more,
    };
    const { format, options, compress } = request;
    const rest = { replace: true, flush: false, control: createControl() };
    convert({ source: sourceRequestOf(request, []), target, format, options, compress, ...rest });
    renameSync(target, at("by the job"));

    const [image] = reportImage({ path: source, grants: [] }).layers;
    const isWrapped = image?.facts.wrapping !== undefined;
    const line = convertCommand(request, {
      trust: false,
      platform: "linux",
      ...(image && !isWrapped && { sourceFormat: image.format }),
    });
    const PATH = [at("bin"), process.env["PATH"]].join(delimiter);
    execFileSync("sh", ["-c", line], { env: { ...process.env, PATH } });
    expectBytes(guestOf(target), guestOf(at("by the job")));
    // How compressed clusters are packed hangs on who comes first.
    const sizeOf = (path: string): number => readFileSync(path).length;
    if (!compress) expect(sizeOf(target)).toBe(sizeOf(at("by the job")));
  });
});

import { randomFillSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeWithQemu, mustBeIdentical, qemuImg, qemuJson } from "../helpers/qemu-img";
import { tempFolder } from "../helpers/temp-folder";
import { linkAsQemuImg, run } from "./programs";

interface CheckReport {
  "compressed-clusters": number;
}

describeWithQemu("convert -c, against qemu-img", () => {
  it("compresses into a qcow2 in good order", async () => {
    const folder = tempFolder();
    const source = join(folder, "disk.raw");
    const disk = new Uint8Array(40 * 2 ** 20).fill(7, 0, 20 * 2 ** 20);
    randomFillSync(disk, 30 * 2 ** 20, 2 ** 20);
    writeFileSync(source, disk);
    const link = linkAsQemuImg(join(folder, "bin"));
    const outcome = await run(link, ["convert", "-c", "-O", "qcow2", "disk.raw", "small"], folder);
    expect(outcome).toEqual({ code: 0, stdout: "", stderr: "" });
    mustBeIdentical(source, join(folder, "small"), "raw", "qcow2");
    const told = qemuJson<CheckReport>(["check", join(folder, "small")]);
    // 20 MiB of one byte; what is random does not get shorter, and zeros are not stored.
    expect(told["compressed-clusters"]).toBe(320);
  });

  it("says what qemu-img says of a format that cannot", async () => {
    const folder = tempFolder();
    qemuImg(["create", "-q", "disk.raw", "1M"], folder);
    const args = ["convert", "-c", "-O", "raw", "disk.raw", "b.raw"];
    const link = linkAsQemuImg(join(folder, "bin"));
    expect(await run(link, args, folder)).toEqual(await run("qemu-img", args, folder));
  });
});

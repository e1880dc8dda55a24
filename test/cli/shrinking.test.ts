import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeWithQemu, qemuImg, qemuIo } from "../helpers/qemu-img";
import { newFolder, removeFolder } from "../helpers/temp-folder";
import { linkAsQemuImg, run, words } from "./programs";

let folder = "";
let link = "";
beforeAll(() => {
  folder = newFolder();
  link = linkAsQemuImg(join(folder, "bin"));
});
afterAll(() => removeFolder(folder));

const shrink = (line: string) => run(link, words(`resize --shrink ${line}`), folder);
const resized = { code: 0, stdout: "Image resized.\n" };
const warning = (text: string): string => `qemu-img: warning: ${text}\n`;

describe("shrinking a raw disk", () => {
  it("tells how many bytes of data it loses, and nothing when quiet", async () => {
    for (const name of ["a.raw", "b.raw"])
      writeFileSync(join(folder, name), new Uint8Array(2 ** 20).fill(7));
    expect(await shrink("-f raw a.raw 512k")).toEqual({
      ...resized,
      stderr: warning(
        "524288 bytes (512 KiB) of data lay behind the new end of the disk and are lost",
      ),
    });
    expect(await shrink("-q -f raw b.raw 512k")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(statSync(join(folder, "a.raw")).size).toBe(2 ** 19);
  });
});

describeWithQemu("shrinking a qcow2 disk", () => {
  const create = (...args: string[]) => qemuImg(["create", "-q", "-f", "qcow2", ...args], folder);
  beforeAll(() => {
    create("base.qcow2", "8M");
    const writes = ["write -P 1 0 1M", "write -P 2 5M 300k", "write -z 6M 1M"];
    qemuIo(join(folder, "base.qcow2"), "qcow2", writes);
  });

  it("says nothing when there was no data and no image stands on it", async () => {
    expect(await shrink("base.qcow2 7M")).toEqual({ ...resized, stderr: "" });
  });

  it("warns of images that stand on it, even when no data is lost", async () => {
    create("-b", "base.qcow2", "-F", "qcow2", "over.qcow2");
    create("other.qcow2", "1M");
    const told = "0 bytes of data lay behind the new end of the disk and are lost";
    expect(await shrink("base.qcow2 6M")).toEqual({
      ...resized,
      stderr: warning(`${told}; on this image stand over.qcow2`),
    });
  });

  it("counts the clusters of data that it loses, and names five of those that stand on it", async () => {
    for (let nth = 1; nth <= 6; nth++)
      create("-b", "base.qcow2", "-F", "qcow2", `over-${nth}.qcow2`);
    const refused = await run(link, words("resize base.qcow2 2M"), folder);
    expect(refused.code).toBe(1);
    expect(refused.stderr).not.toContain("lay behind");
    const { stderr, ...rest } = await shrink("base.qcow2 2M");
    expect(rest).toEqual(resized);
    // 300 KiB of the guest lie in five clusters.
    const told = "327680 bytes (320 KiB) of data lay behind the new end of the disk and are lost";
    expect(stderr).toMatch(
      new RegExp(
        `^qemu-img: warning: ${told.replaceAll(/[()]/g, "\\$&")}; on this image stand ` +
          "(over(-\\d)?\\.qcow2, ){4}over(-\\d)?\\.qcow2 and 2 more\\n$",
      ),
    );
    expect(qemuImg(["info", "base.qcow2"], folder)).toContain("(2097152 bytes)");
  });
});

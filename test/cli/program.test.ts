import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readdirSync, readFileSync, truncateSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { formats } from "../../electron/engine";
import { tempFolder } from "../helpers/temp-folder";
import { bundle, linkAsQemuImg, run } from "./programs";

const { version } = JSON.parse(
  readFileSync(resolve(import.meta.dirname, "../../package.json"), "utf8"),
) as { version: string };

const lamina = (...args: string[]) => run(process.execPath, [bundle, ...args], ".");

describe("the program", () => {
  it("is called lamina, or qemu-img when it is started under that name", async () => {
    const link = linkAsQemuImg(tempFolder());
    const [own, other] = await Promise.all([
      lamina("info", "nope"),
      run(link, ["info", "nope"], "."),
    ]);
    const message = "Could not open 'nope': Could not open 'nope': No such file or directory\n";
    expect(own).toEqual({ code: 1, stdout: "", stderr: `lamina: ${message}` });
    expect(other).toEqual({ code: 1, stdout: "", stderr: `qemu-img: ${message}` });
  });

  it("tells its version in qemu-img's way", async () => {
    const link = linkAsQemuImg(tempFolder());
    const [own, other] = await Promise.all([lamina("--version"), run(link, ["-V"], ".")]);
    expect(own.stdout).toMatch(new RegExp(`^lamina version ${version} `));
    expect(other.stdout).toBe(`qemu-img version 7.2.0 (Lamina ${version})\n`);
  });

  it("helps, alone and with every command", async () => {
    const { code, stdout, stderr } = await lamina("--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const command of ["compare", "convert", "create", "info", "map"])
      expect(stdout).toContain(`\n  ${command} [`);
    const names = formats.map(({ id }) => id).filter((id) => id !== "iso");
    expect(names).toEqual(expect.arrayContaining(["raw", "qcow2", "vmdk"]));
    expect(stdout.endsWith(`\nSupported formats: ${names.sort().join(" ")}\n`)).toBe(true);
    expect((await lamina("convert", "-O", "qcow2", "-h")).stdout).toBe(stdout);
  });

  it("lists the options of a format", async () => {
    const { code, stdout } = await lamina("create", "-f", "qcow2", "-o", "help");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Supported qcow2 options:\n {2}backing_file=<str> {5}- File name of a base image\n/,
    );
    expect(stdout).toContain("  size=<size>            - Virtual disk size\n");
    expect((await lamina("convert", "-O", "vpc", "-o", "help", "a", "b")).stdout).toBe(
      "Supported options:\n" +
        "  preallocation=<str>    - Preallocation mode (allowed values: off, falloc, full)\n" +
        "  size=<size>            - Virtual disk size\n" +
        "  subformat=<str>        - Kind of image (allowed values: dynamic, fixed)\n" +
        "  whole_mib=<bool (on/off)> - Round the size up to whole MiB\n",
    );
  });

  it("ends quietly when nobody reads its output", () => {
    const shell = `"${process.execPath}" "${bundle}" --help | head -c 1; exit "\${PIPESTATUS[0]}"`;
    const { status, stderr } = spawnSync("bash", ["-c", shell], { encoding: "utf8" });
    // All of it may be in the pipe before its reader has gone.
    expect([0, 141]).toContain(status);
    expect(stderr).toBe("");
  });
});

describe("convert", () => {
  /** A disk that takes seconds to read when holes are not told from data, and no space. */
  function slowDisk(path: string): void {
    const fd = openSync(path, "w");
    writeSync(fd, "data");
    closeSync(fd);
    truncateSync(path, 2 ** 36);
  }

  it.each(["SIGINT", "SIGTERM"] as const)("leaves nothing when %s ends it", async (signal) => {
    const folder = tempFolder();
    slowDisk(join(folder, "disk.img"));
    const args = [bundle, "convert", "-p", "-f", "raw", "-O", "qcow2", "disk.img", "disk.qcow2"];
    const env = { ...process.env, LAMINA_NO_NATIVE: "1" };
    const child = spawn(process.execPath, args, { cwd: folder, env });
    let shown = "";
    child.stdout.on("data", (text) => (shown += String(text)));
    while (!readdirSync(folder).some((name) => name.endsWith(".partial"))) await setTimeout(10);
    while (shown === "") await setTimeout(10);
    child.kill(signal);
    const [code, killedBy] = (await once(child, "exit")) as [number | null, string | null];
    expect({ code, killedBy }).toEqual({ code: null, killedBy: signal });
    expect(readdirSync(folder)).toEqual(["disk.img"]);
    expect(shown).toMatch(/^( {4}\(\d+\.\d\d\/100%\)\r)+$/);
    expect(shown).not.toContain("100.00");
  });

  it("replaces what is at the target, and shows its progress to the end", async () => {
    const folder = tempFolder();
    slowDisk(join(folder, "disk.img"));
    truncateSync(join(folder, "disk.img"), 2 ** 27);
    const line = [bundle, "convert", "-p", "-O", "qcow2", "disk.img", "disk.qcow2"];
    const first = await run(process.execPath, line, folder);
    const again = await run(process.execPath, line, folder);
    for (const { code, stderr, stdout } of [first, again]) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const steps = stdout.split("\r");
      expect(steps.at(-1)).toBe("\n");
      const percents = steps
        .slice(0, -1)
        .map((step) => /^ {4}\((\d+\.\d\d)\/100%\)$/.exec(step)?.[1]);
      expect(percents[0]).toBe("0.00");
      // Once or twice: the thread that copies the last piece may be the one that prints, or the other.
      expect(percents.at(-1)).toBe("100.00");
      expect(percents).toEqual(percents.toSorted((a, b) => Number(a) - Number(b)));
    }
    expect(readdirSync(folder).sort()).toEqual(["disk.img", "disk.qcow2"]);
  });
});

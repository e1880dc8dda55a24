import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { FuseV1Options, FuseVersion, flipFuses } from "@electron/fuses";
import { _electron } from "@playwright/test";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { packedExtensions, readableFormats } from "../../build/packaging/mime-types.mjs";
import { made, run } from "./made";

const mayInstall = process.platform === "linux" && process.getuid?.() === 0;
const program = "/opt/Lamina/lamina";
const desktopFile = "/usr/share/applications/lamina.desktop";

function isInstalled(): boolean {
  return spawnSync("dpkg-query", ["--status", "lamina"], { stdio: "ignore" }).status === 0;
}

/** Names of all files where a package may leave something. */
function systemFiles(): Set<string> {
  const places = ["/opt", "/etc", "/usr/bin", "/usr/share", "/var/lib/dpkg/info"];
  return new Set(run("find", [...places, "-xdev"]).split("\n"));
}

describe("the installed deb", () => {
  let folder: string;
  let before: Set<string>;

  beforeAll(() => {
    if (!mayInstall) return;
    if (isInstalled()) throw new Error("Lamina is installed already: these tests would remove it");
    folder = join(mkdtempSync(join(tmpdir(), "lamina-installed-")), "Virtual machines Köln");
    mkdirSync(folder);
    before = systemFiles();
    run("apt-get", ["install", "--yes", "--no-install-recommends", made.deb], {
      DEBIAN_FRONTEND: "noninteractive",
    });
  });
  afterAll(() => {
    if (!mayInstall) return;
    spawnSync("dpkg", ["--purge", "lamina"], { stdio: "ignore" });
    rmSync(join(folder, ".."), { recursive: true, force: true });
  });
  beforeEach(({ skip }) => skip(!mayInstall, "installs a deb, which takes Debian and root"));

  /** A new image of that format, as `name` in the test's folder. */
  function makeImage(format: string, name: string): string {
    const path = join(folder, name);
    run("qemu-img", ["create", "-q", "-f", format, path, "16M"]);
    return path;
  }

  const typeOf = (path: string): string =>
    run("gio", ["info", "--attributes=standard::content-type", path]).replace(/^.*: /s, "");
  const openerOf = (type: string): string => run("xdg-mime", ["query", "default", type]);

  it("is what opens a file of every readable format", async () => {
    for (const { id, extensions } of await readableFormats()) {
      // .raw is a camera's first: with the same weight for both, the desktop chooses.
      for (const extension of extensions.filter((each) => each !== "raw")) {
        const path = join(folder, `disk.${extension}`);
        // With zeros inside it is the name that tells. VHD shares its with a language of text files.
        if (extension === "vhd") makeImage(id, `disk.${extension}`);
        else writeFileSync(path, Buffer.alloc(65_536));
        const type = typeOf(path);
        expect(openerOf(type), `${extension}: ${type}`).toBe("lamina.desktop");
      }
    }
  });

  it("is among what opens a packed image, and says nothing about its type", async () => {
    for (const extension of await packedExtensions()) {
      const path = join(folder, `disk.${extension}`);
      writeFileSync(path, Buffer.alloc(65_536));
      const type = typeOf(path);
      expect(run("gio", ["mime", type]), `${extension}: ${type}`).toContain("lamina.desktop");
      const own = readFileSync("/usr/share/mime/packages/lamina.xml", "utf8");
      expect(own).not.toContain(`"${type}"`);
    }
  });

  it.each([
    ["COWD", [0x43, 0x4f, 0x57, 0x44, 1, 0, 0, 0]],
    ["seSparse", [0xbe, 0xba, 0xfe, 0xca, 0, 0, 0, 0]],
  ])("tells an extent of ESX, %s, by its content", (name, magic) => {
    const path = join(folder, `an extent, ${name}`);
    writeFileSync(path, Buffer.concat([Buffer.from(magic), Buffer.alloc(4096)]));
    expect(typeOf(path)).toBe("application/x-vmdk-disk");
  });

  it.each([
    ["qcow2", "application/x-qemu-disk"],
    ["qcow", "application/x-qemu-disk"],
    ["vmdk", "application/x-vmdk-disk"],
    ["vdi", "application/x-vdi-disk"],
    ["vhdx", "application/x-vhdx-disk"],
    ["vpc", "application/x-vhd-disk"],
    ["parallels", "application/x-parallels-disk"],
  ])("tells %s by its content where the name says nothing", (format, type) => {
    const path = makeImage(format, `a ${format} image`);
    expect(typeOf(path)).toBe(type);
    expect(openerOf(type)).toBe("lamina.desktop");
  });

  it("has lamina on the PATH, without a display", () => {
    const path = makeImage("qcow2", "größe.qcow2");
    const env = { DISPLAY: "", WAYLAND_DISPLAY: "" };
    expect(run("lamina", ["info", path], env)).toContain("file format: qcow2");
    const json: unknown = JSON.parse(run("lamina", ["info", "--output=json", path], env));
    expect(json).toMatchObject({ format: "qcow2", "virtual-size": 16 * 1024 ** 2 });

    const target = join(folder, "copy.vmdk");
    const converted = spawnSync("lamina", ["convert", "-O", "vmdk", path, target], {
      encoding: "utf8",
      env: { ...process.env, ...env },
    });
    // Not a word of Chromium's either.
    expect(converted).toMatchObject({ status: 0, stdout: "", stderr: "" });
    expect(run("qemu-img", ["compare", path, target])).toContain("Images are identical");

    const failed = spawnSync("lamina", ["info", join(folder, "absent")], {
      encoding: "utf8",
      env: { ...process.env, ...env },
    });
    expect(failed.status).toBe(1);
    expect(failed.stdout).toBe("");
    expect(failed.stderr).toMatch(/^lamina: Could not open .*absent.*\n$/);
  });

  it("opens what a file manager hands over", async () => {
    // Playwright's way in is shut by a fuse in what is shipped; this one byte is all that differs.
    await flipFuses(program, {
      version: FuseVersion.V1,
      [FuseV1Options.EnableNodeCliInspectArguments]: true,
    });
    const first = makeImage("qcow2", "Платта № 1 – ü.qcow2");
    const second = makeImage("vdi", "a name without an ending");
    const exec = /^Exec=(.*)$/m.exec(readFileSync(desktopFile, "utf8"))?.[1] ?? "";
    expect(exec).toBe(`${program} %U`);

    const app = await _electron.launch({
      executablePath: program,
      args: ["--no-sandbox", pathToFileURL(first).href, second],
      env: {
        ...(process.env as Record<string, string>),
        LAMINA_USER_DATA: join(folder, ".settings"),
      },
    });
    try {
      const page = await app.firstWindow({ timeout: 20_000 });
      const heading = page.getByRole("heading", { level: 1 });
      await heading.waitFor();
      expect(await heading.textContent()).toBe("Платта № 1 – ü.qcow2");
      await page.getByRole("treeitem", { name: /^a name without an ending/ }).click();
      await page.getByRole("heading", { level: 1, name: "a name without an ending" }).waitFor();
      const facts = await app.evaluate(({ app: main }) => [main.isPackaged, main.getVersion()]);
      expect(facts).toEqual([true, made.version]);
    } finally {
      await app.close();
    }
  });

  it("goes without a trace", () => {
    run("dpkg", ["--purge", "lamina"]);
    expect(isInstalled()).toBe(false);
    expect([...systemFiles()].filter((path) => !before.has(path))).toEqual([]);
    expect(openerOf("application/x-qemu-disk")).not.toBe("lamina.desktop");
  });
});

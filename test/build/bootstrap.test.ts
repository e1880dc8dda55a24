import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nameHere } from "../../build/bootstrap/system-packages.mjs";

const root = resolve(import.meta.dirname, "../..");
let dist: string;

/** Runs the bootstrap with a runtime and a display already there, so that it has nothing to fetch. */
function bootstrap(...args: string[]) {
  const env = { ...process.env, ELECTRON_OVERRIDE_DIST_PATH: dist, DISPLAY: ":77" };
  const script = join(root, "build/bootstrap.mjs");
  return spawnSync(process.execPath, [script, ...args], { encoding: "utf8", cwd: tmpdir(), env });
}

beforeAll(() => {
  dist = mkdtempSync(join(tmpdir(), "lamina-dist-"));
  writeFileSync(join(dist, "electron"), "#!/bin/sh\n");
  chmodSync(join(dist, "electron"), 0o755);
});

afterAll(() => rmSync(dist, { recursive: true }));

describe("bootstrap", () => {
  it.skipIf(process.platform !== "linux")("hands what it found to the command (Linux)", () => {
    const names = ["ELECTRON_OVERRIDE_DIST_PATH", "ELECTRON_EXEC_PATH", "DISPLAY", "PWD"];
    const print = `console.log(JSON.stringify([process.cwd(), ...${JSON.stringify(names)}.map((name) => process.env[name])]))`;
    const { stdout, status } = bootstrap("electron", "display", "--", "node", "-e", print);
    expect(JSON.parse(stdout)).toEqual(
      expect.arrayContaining([root, dist, join(dist, "electron"), ":77"]),
    );
    expect(status).toBe(0);
  });

  it("ends with the command's exit code", () => {
    expect(bootstrap("--", "node", "-e", "process.exit(3)").status).toBe(3);
  });

  it("names a program that does not exist", () => {
    const { stderr, status } = bootstrap("--", "no-such-program");
    expect(stderr).toContain("no-such-program");
    expect(status).not.toBe(0);
  });

  it("refuses a need it does not know, and a folder without a runtime", () => {
    expect(bootstrap("elektron", "--", "node", "-e", "").stderr).toContain("elektron");
    const chosen = { ...process.env, ELECTRON_OVERRIDE_DIST_PATH: join(dist, "none") };
    const script = join(root, "build/bootstrap.mjs");
    const { stderr, status } = spawnSync(process.execPath, [script, "electron"], {
      encoding: "utf8",
      env: chosen,
    });
    expect(stderr).toContain("ELECTRON_OVERRIDE_DIST_PATH");
    expect(status).toBe(1);
  });
});

describe("names of system packages", () => {
  it("prefers the name that newer systems gave", () => {
    expect(nameHere("libgtk-3-0", (name) => name === "libgtk-3-0t64")).toBe("libgtk-3-0t64");
    expect(nameHere("libgtk-3-0", () => false)).toBe("libgtk-3-0");
  });
});

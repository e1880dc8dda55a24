import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packagesAreCurrent } from "../../build/bootstrap/packages.mjs";

const locked = {
  "": { version: "1.0.0" },
  "node_modules/a": { version: "2.0.0", integrity: "sha512-a" },
  "node_modules/b": { version: "3.0.0", integrity: "sha512-b", optional: true },
};
const installed = { "node_modules/a": locked["node_modules/a"] };

let root: string;

function write(path: string, content: unknown): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lamina-packages-"));
  write("package-lock.json", { packages: locked });
  write("node_modules/.package-lock.json", { packages: installed });
  write("node_modules/a/package.json", { version: "2.0.0" });
});

afterEach(() => rmSync(root, { recursive: true }));

describe("whether the packages are the locked ones", () => {
  it("accepts what npm's record and the packages themselves prove, and remembers it", () => {
    expect(packagesAreCurrent(root)).toBe(true);
    const lock = readFileSync(join(root, "package-lock.json"));
    const stamp = readFileSync(join(root, "node_modules/.cache/lamina/lock.sha256"), "utf8");
    expect(stamp).toBe(createHash("sha256").update(lock).digest("hex"));
  });

  it("asks no further while the lockfile is the one installed", () => {
    packagesAreCurrent(root);
    rmSync(join(root, "node_modules/.package-lock.json"));
    expect(packagesAreCurrent(root)).toBe(true);
  });

  it("sees a changed lockfile", () => {
    packagesAreCurrent(root);
    const changed = { ...locked, "node_modules/a": { version: "2.0.1", integrity: "sha512-c" } };
    write("package-lock.json", { packages: changed });
    expect(packagesAreCurrent(root)).toBe(false);
  });

  it("does not accept a package that is missing, older, different or too many", () => {
    write("node_modules/a/package.json", { version: "1.9.0" });
    expect(packagesAreCurrent(root)).toBe(false);
    rmSync(join(root, "node_modules/a"), { recursive: true });
    expect(packagesAreCurrent(root)).toBe(false);

    write("node_modules/a/package.json", { version: "2.0.0" });
    const other = { version: "2.0.0", integrity: "sha512-other" };
    write("node_modules/.package-lock.json", { packages: { "node_modules/a": other } });
    expect(packagesAreCurrent(root)).toBe(false);

    const more = { ...installed, "node_modules/c": { version: "1.0.0" } };
    write("node_modules/.package-lock.json", { packages: more });
    expect(packagesAreCurrent(root)).toBe(false);
  });

  it("does not accept a project without packages", () => {
    rmSync(join(root, "node_modules"), { recursive: true });
    expect(packagesAreCurrent(root)).toBe(false);
  });
});

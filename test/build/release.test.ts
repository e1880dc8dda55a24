import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

describe("what a release is made of", () => {
  it("is exactly the Electron that package.json and the lockfile name", () => {
    const { devDependencies } = JSON.parse(read("package.json")) as {
      devDependencies: { electron: string };
    };
    expect(devDependencies.electron).toMatch(/^\d+\.\d+\.\d+$/);
    const { packages } = JSON.parse(read("package-lock.json")) as {
      packages: Record<string, { version: string } | undefined>;
    };
    expect(packages["node_modules/electron"]?.version).toBe(devDependencies.electron);
  });

  it("is audited, and installed as root, by the workflow that makes it", () => {
    const steps = read(".github/workflows/package.yml");
    expect(steps).toContain("npm audit --omit=dev --audit-level=high");
    expect(steps).toMatch(/sudo env .*\n.*test\/package\/installed\.test\.ts/);
    // Two spaces a level and no tabs, or it is no YAML that GitHub reads.
    for (const line of steps.split("\n")) expect(line).toMatch(/^(?: {2})*(?:\S.*)?$/);
  });
});

import { readdirSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { extractFile, listPackage } from "@electron/asar";
import { FuseV1Options, FuseVersion, getCurrentFuseWire } from "@electron/fuses";
import { describe, expect, it } from "vitest";
import { inside, made } from "./made";

const archive = join(inside.resources, "app.asar");

/** Everything that may be in the archive. What is new has to be allowed here first. */
const allowed = [
  /^package\.json$/,
  /^out\/main\/main\.js$/,
  /^out\/main\/(?:launch|inspector|measurer|image-task|job|copier)\.cjs$/,
  /^out\/main\/chunks\/[\w-]+\.cjs$/,
  /^out\/preload\/preload\.cjs$/,
  /^out\/renderer\/index\.html$/,
  /^out\/renderer\/assets\/(?:first-[\w-]+\.js|style-[\w-]+\.css)$/,
  // The texts of one area in another language, and what is loaded when it is first shown.
  /^out\/renderer\/assets\/[a-zA-Z.-]+-[\w-]{8}\.(?:js|css)$/,
  /^out\/renderer\/assets\/inter-[\w-]+\.woff2$/,
  /^out\/(?:main|renderer)\/licences\.json$/,
  /^out\/cli\/(?:lamina|program|copier)\.cjs$/,
  /^node_modules\/koffi\/(?:package\.json|LICENSE\.txt|(?:index|indirect)\.c?js)$/,
  /^node_modules\/@koromix\/koffi-[\w-]+\/(?:package\.json|index\.js)$/,
  /^node_modules\/@koromix\/koffi-[\w-]+\/\w+\/koffi\.node$/,
];

/** Bytes: what a download of ours adds to Electron. Today 4.0 MB. */
const largest = { archive: 4_200_000, program: 300_000_000 };

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

describe("the program that is packed", () => {
  const entries = listPackage(archive, { isPack: false }).map((name) =>
    name.slice(1).replaceAll(sep, "/"),
  );
  const files = entries.filter((name) => !entries.some((each) => each.startsWith(`${name}/`)));

  it("holds what it runs on, and nothing else", () => {
    expect(files.filter((file) => !allowed.some((pattern) => pattern.test(file)))).toEqual([]);
    const missing = allowed.filter((pattern) => !files.some((file) => pattern.test(file)));
    expect(missing).toEqual([]);
  });

  it("does not grow unseen", () => {
    expect(statSync(archive).size).toBeLessThan(largest.archive);
    const sizes = filesOf(made.program).map((file) => statSync(join(made.program, file)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(largest.program);
  });

  it("names no script and no development dependency in its package.json", () => {
    const manifest = JSON.parse(extractFile(archive, "package.json").toString()) as object;
    expect(manifest).not.toHaveProperty("scripts");
    expect(manifest).not.toHaveProperty("devDependencies");
    expect(manifest).toMatchObject({ main: "out/main/main.js", version: made.version });
  });

  it("has no application but ours beside it", () => {
    const beside = filesOf(inside.resources).filter((name) => /\.asar$|^app\//.test(name));
    expect(beside).toEqual(["app.asar"]);
  });

  it("speaks the languages of the catalogs only", () => {
    const locales = filesOf(made.program).filter((name) => /locales[\\/]|\.lproj/.test(name));
    for (const name of locales) expect(name).toMatch(/\b(?:en|vi|zh)[-_.\w]*\.(?:pak|lproj)/);
    expect(locales.length).toBeGreaterThan(0);
  });

  it("has its fuses as decided", async () => {
    const { version, ...wire } = await getCurrentFuseWire(inside.executable);
    expect(version).toBe(FuseVersion.V1);
    // The wire in the program is a row of digits.
    const [off, on] = Buffer.from("01");
    expect(wire).toMatchObject({
      [FuseV1Options.RunAsNode]: off,
      [FuseV1Options.EnableCookieEncryption]: on,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: off,
      [FuseV1Options.EnableNodeCliInspectArguments]: off,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: on,
      [FuseV1Options.OnlyLoadAppFromAsar]: on,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: off,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: off,
    });
  });
});

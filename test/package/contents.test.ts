import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { extractFile, getRawHeader, listPackage } from "@electron/asar";
import { FuseV1Options, FuseVersion, getCurrentFuseWire } from "@electron/fuses";
import { describe, expect, it } from "vitest";
import { cachedCarriedElectron } from "../../build/bootstrap/carried-electron.mjs";
import { inMainToo } from "../../build/cli-bundle.mjs";
import { inside, made } from "./made";
import { isOurs, programFiles } from "./program-files";

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

/**
 * Bytes. What Lamina adds to Electron, today 3.3 MB in the archive and 4.5 MB in all; and the whole program,
 * which is 239 MB of the Electron that is carried to machines without a way to the current one.
 */
const largest = { archive: 3_600_000, ours: 5_000_000, program: 250_000_000 };

const carried = cachedCarriedElectron();
const ofCarriedElectron =
  carried !== undefined && process.env["ELECTRON_OVERRIDE_DIST_PATH"] === carried;

/** Paths of the files below `folder`, with slashes. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .map((path) => path.replaceAll(sep, "/"));
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

  it("stands beside Electron's own files, and nothing else does", () => {
    const program = filesOf(made.program);
    const matches = (file: string) => programFiles.some((pattern) => pattern.test(file));
    expect(program.filter((file) => !matches(file))).toEqual([]);
    // Of a Mac's frameworks only the folders are known, and elevate.exe comes with an installer.
    const sure = process.platform === "linux" ? programFiles : [];
    const missing = sure.filter((pattern) => !program.some((file) => pattern.test(file)));
    expect(missing).toEqual([]);
  });

  it("holds no source maps, and points to none", () => {
    expect(filesOf(made.program).filter((file) => file.endsWith(".map"))).toEqual([]);
    const binary = /\.(?:node|woff2)$/;
    for (const file of files.filter((name) => !binary.test(name))) {
      const text = extractFile(archive, file.replaceAll("/", sep)).toString("latin1");
      expect(text.includes("sourceMappingURL"), file).toBe(false);
    }
    const beside = filesOf(made.program).filter((file) => /\.(?:js|cjs|json|html|css)$/.test(file));
    expect(beside.length).toBeGreaterThan(0);
    for (const file of beside) {
      const text = readFileSync(join(made.program, file), "latin1");
      expect(text.includes("sourceMappingURL"), file).toBe(false);
    }
  });

  it("lists in About what the command line is made of, too", () => {
    const listed = JSON.parse(
      extractFile(archive, join("out", "main", "licences.json")).toString(),
    ) as { name: string }[];
    const names = listed.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([...inMainToo, "koffi", "electron"]));
  });

  it("does not grow unseen", () => {
    const total = (names: readonly string[]) =>
      names.reduce((sum, name) => sum + lstatSync(join(made.program, name)).size, 0);
    const program = filesOf(made.program);
    // A universal program of macOS has koffi for both processors.
    const halves = process.platform === "darwin" ? 2 : 1;
    expect(statSync(archive).size).toBeLessThan(largest.archive);
    expect(total(program.filter(isOurs))).toBeLessThan(largest.ours * halves);
    if (ofCarriedElectron) expect(total(program)).toBeLessThan(largest.program);
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

  // Linux's Electron has no place for the hash and asks for none.
  it.runIf(process.platform === "darwin" || process.platform === "win32")(
    "tells Electron the hash of the archive",
    () => {
      const { headerString } = getRawHeader(archive);
      const hash = createHash("sha256").update(headerString).digest("hex");
      if (process.platform === "darwin") {
        const plist = join(made.program, "Contents/Info.plist");
        const json = execFileSync("plutil", ["-convert", "json", "-o", "-", plist]).toString();
        expect(JSON.parse(json)).toMatchObject({
          ElectronAsarIntegrity: { "Resources/app.asar": { algorithm: "SHA256", hash } },
        });
      } else {
        // A resource of the executable, of the type INTEGRITY: JSON in UTF-8.
        expect(readFileSync(inside.executable).includes(hash)).toBe(true);
      }
    },
  );
});

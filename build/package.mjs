// npm run package [-- TARGET…]: the packages of this system into dist/packages, then the tests of
// them. Targets are electron-builder's names; without any, those that need no download here.

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Platform, build } from "electron-builder";
import { buildBundle } from "./bundles.mjs";
import { configuration, folders } from "./packaging/electron-builder.mjs";
import { makeIcons } from "./packaging/icons.mjs";
import { makeLinuxFiles } from "./packaging/linux-files.mjs";
import { packedExtensions, readableFormats } from "./packaging/mime-types.mjs";
import { makeWindowsFiles } from "./packaging/windows-files.mjs";
import { packageTests, runStep } from "./steps.mjs";
import { summaryOf } from "./test-report.mjs";

const root = resolve(import.meta.dirname, "..");
const electron = process.env["ELECTRON_EXEC_PATH"];
if (electron === undefined)
  throw new Error("package.mjs runs inside bootstrap.mjs: npm run package");
// A released package is worth the minutes that good compression takes.
const quick = process.env["LAMINA_RELEASE"] !== "1";

/** @type {{ version: string }} */
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

await buildBundle("app");
await buildBundle("cli");
const formats = await readableFormats();
const packed = await packedExtensions();
makeIcons(folders.resources, electron, process.env["NO_SANDBOX"] !== "1");
if (process.platform === "linux") {
  makeLinuxFiles(folders.linux, folders.resources, formats, version);
  bringTools();
}

if (process.platform === "win32") makeWindowsFiles(folders.resources, formats, packed);

const usual = process.platform === "linux" ? ["tar.gz", "deb", "rpm"] : undefined;
const chosen = process.argv.slice(2);
const made = await build({
  projectDir: root,
  targets: Platform.current().createTarget(chosen.length > 0 ? chosen : usual),
  publish: "never",
  config: configuration({
    formats,
    packed,
    quick,
    // A universal program is made of two Electrons, of which at most one is here.
    electronDist:
      process.platform === "darwin" ? undefined : process.env["ELECTRON_OVERRIDE_DIST_PATH"],
  }),
});
console.log(`\nMade:\n${made.join("\n")}`);

const tested = await runStep(packageTests);
console.log(`\n${summaryOf(tested).join("\n")}`);
process.exitCode = tested.failed === 0 ? 0 : 1;

/** What electron-builder would download otherwise. */
function bringTools() {
  process.env["CUSTOM_FPM_PATH"] = join(import.meta.dirname, "packaging/fpm-lite.mjs");
  process.env["ELECTRON_BUILDER_7ZIP_PATH"] ??= "/usr/bin/7za";
  if (quick) process.env["ELECTRON_BUILDER_COMPRESSION_LEVEL"] ??= "1";
}

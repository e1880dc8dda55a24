// What the carried runtime starts when it is given no packaged application: like Electron's own
// default app it loads the application in the folder named by the first argument that is no switch.
//
// An ES module with top-level await on purpose: Electron then holds "ready" back until the
// application's main module has run, which it needs to register its protocol.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { app } from "electron";

const { folder, required } = parse(process.argv.slice(1));
if (folder === undefined) {
  console.error("usage: electron [SWITCH…] [-r MODULE] FOLDER [ARGUMENT…]");
  process.exit(1);
}

const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
app.setName(manifest.productName ?? manifest.name);
app.setVersion(manifest.version);
app.setAppPath(folder);
process.defaultApp = true;

const require = createRequire(join(folder, "package.json"));
for (const module of required) require(module);
await import(pathToFileURL(join(folder, manifest.main)).href);

/**
 * @param {string[]} args
 * @returns {{ folder: string | undefined, required: string[] }}
 */
function parse(args) {
  const modules = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at];
    if (arg === "-r" || arg === "--require") modules.push(args[++at]);
    else if (!arg.startsWith("-")) return { folder: resolve(arg), required: modules };
  }
  return { folder: undefined, required: modules };
}

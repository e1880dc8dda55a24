// npm run bench: Lamina's command line against qemu-img, or with --window the desktop app's window. The
// benchmark is TypeScript, which Node 20 does not run by itself.

import { join } from "node:path";
import { runnerImport } from "vite";
import { buildBundle } from "../../build/bundles.mjs";

const args = process.argv.slice(2);
const run = args.includes("--window") ? await windowBench() : await cliBench();
process.exit(await run(args));

async function cliBench() {
  // Here, for what the benchmark itself would load later is not to be had any more.
  await buildBundle("cli");
  /** @type {{ module: typeof import("./bench") }} */
  const { module } = await imported("bench.ts");
  return module.bench;
}

async function windowBench() {
  await buildBundle("app");
  /** @type {{ module: typeof import("./window/window") }} */
  const { module } = await imported("window/window.ts");
  return module.benchWindow;
}

/** @param {string} file */
function imported(file) {
  return runnerImport(join(import.meta.dirname, file), { configFile: false, logLevel: "error" });
}

// npm run bench: Lamina's command line against qemu-img. The benchmark is TypeScript, which Node 20
// does not run by itself.

import { join } from "node:path";
import { runnerImport } from "vite";
import { buildBundle } from "../../build/bundles.mjs";

// Here, for what the benchmark itself would load later is not to be had any more.
await buildBundle("cli");

/** @type {{ module: typeof import("./bench") }} */
const { module } = await runnerImport(join(import.meta.dirname, "bench.ts"), {
  configFile: false,
  logLevel: "error",
});
process.exit(await module.bench(process.argv.slice(2)));

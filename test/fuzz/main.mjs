// npm run fuzz: damaged images through the engine. The fuzzer is TypeScript, which Node 20 does not
// run by itself.

import { join } from "node:path";
import { runnerImport } from "vite";

/** @type {{ module: typeof import("./fuzz") }} */
const { module } = await runnerImport(join(import.meta.dirname, "fuzz.ts"), {
  configFile: false,
  logLevel: "error",
});
process.exit(await module.fuzz(process.argv.slice(2)));

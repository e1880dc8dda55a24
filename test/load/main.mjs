// npm run soak: the app's queue and threads under load. It is TypeScript, which Node 20 does not run
// by itself.

import { join } from "node:path";
import { runnerImport } from "vite";

/** @type {{ module: typeof import("./soak") }} */
const { module } = await runnerImport(join(import.meta.dirname, "soak.ts"), {
  configFile: false,
  logLevel: "error",
});
process.exit(await module.soak(process.argv.slice(2)));

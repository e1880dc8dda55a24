// npm run build: the desktop app in out/main, out/preload and out/renderer, and the command line in
// out/cli/lamina.cjs. Arguments: which of "app" and "cli" (both when none), --if-stale.

import { buildBundle } from "./bundles.mjs";

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const force = !process.argv.includes("--if-stale");

try {
  if (wanted.length === 0 || wanted.includes("app")) await buildBundle("app", { force });
  if (wanted.length === 0 || wanted.includes("cli")) await buildBundle("cli", { force });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

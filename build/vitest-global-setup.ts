import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

/**
 * Builds the command line once before the tests, so that they can run it as users do. A process of
 * its own keeps Vitest's NODE_ENV out of the bundle. When it cannot be built the tests still start:
 * those that run the command line then fail, and no other.
 */
export default function buildCommandLine(): void {
  const script = resolve(import.meta.dirname, "build.mjs");
  const env = { ...process.env, NODE_ENV: "production" };
  const { status } = spawnSync(process.execPath, [script, "cli", "--if-stale"], {
    stdio: "inherit",
    env,
  });
  if (status !== 0) console.error("The command line could not be built; its tests will fail.");
}

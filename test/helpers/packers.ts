import { spawnSync } from "node:child_process";
import { describe } from "vitest";

/** Tools that pack their standard input. */
export type PackTool = "bzip2" | "xz" | "gzip" | "zstd";

/** What the tool makes of `bytes`. */
export function packWith(tool: PackTool, args: readonly string[], bytes: Uint8Array): Uint8Array {
  const run = spawnSync(tool, ["-c", ...args], { input: bytes, maxBuffer: 2 ** 28 });
  if (run.error) throw run.error;
  if (run.status !== 0) throw new Error(`${tool} ended with ${run.status}\n${String(run.stderr)}`);
  return new Uint8Array(run.stdout);
}

/** A suite that needs a tool; it is skipped, and its name says why, where that is missing. */
export function describeWith(tool: PackTool, suite: () => void): void {
  if (spawnSync(tool, ["--version"]).error === undefined) describe(`with ${tool}`, suite);
  else describe.skip(`with ${tool} (skipped: it is not installed)`, suite);
}

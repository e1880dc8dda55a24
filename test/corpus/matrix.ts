import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

const maker = resolve(import.meta.dirname, "../../../shared/corpus/make.sh");

/** Why the matrix cannot be made here; absent when it can. */
export function matrixIsMissing(): string | undefined {
  if (!existsSync(maker)) return "no corpus beside the checkout";
  if (spawnSync("qemu-img", ["--version"]).error) return "qemu-img not installed";
  return undefined;
}

/**
 * The folder of the matrix that other people's tools make; made once for each version of its maker
 * (about half a minute, about 1 GB) and kept in the user's cache.
 */
export function makeMatrix(): string {
  const version = createHash("sha256").update(readFileSync(maker)).digest("hex").slice(0, 16);
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const folder = join(cache, "lamina", `corpus-${version}`);
  // Made where it stays: some of its images name others by their whole path.
  const whole = join(folder, ".whole");
  if (existsSync(whole)) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { status, stderr } = spawnSync("bash", [maker, folder], { encoding: "utf8" });
  if (status !== 0) throw new Error(`make.sh ended with ${status}\n${stderr}`);
  writeFileSync(whole, "");
  return folder;
}

// node_modules against package-lock.json. Plain Node: runs before any package is installed.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** @typedef {{ version?: string, integrity?: string, optional?: boolean }} LockedPackage */

const stampPath = "node_modules/.cache/lamina/lock.sha256";

/**
 * The hash of the lockfile is kept when its packages have been installed; modification times would
 * lie after a checkout. Packages installed by hand are accepted when npm's own record shows them to
 * be the locked ones.
 *
 * @param {string} root the project
 * @returns {boolean}
 */
export function packagesAreCurrent(root) {
  const stamp = join(root, stampPath);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lockHash(root)) return true;
  if (!installedMatchesLock(root)) return false;
  writeStamp(root);
  return true;
}

/**
 * Runs `npm ci`; ends the process with npm's exit code when that fails.
 *
 * @param {string} root the project
 */
export function installPackages(root) {
  console.log("Installing packages (npm ci) …");
  const { status } = runNpm(["ci", "--no-audit", "--no-fund", "--loglevel=error"], root);
  if (status !== 0) {
    console.error("npm ci failed, see above. It needs the npm registry once for each lockfile.");
    process.exit(status ?? 1);
  }
  writeStamp(root);
}

/**
 * @param {string[]} args
 * @param {string} cwd
 * @param {"inherit" | "ignore"} [output] where what it prints goes; errors always show
 */
export function runNpm(args, cwd, output = "inherit") {
  // Inside `npm start` this is the npm that was called, also where `npm` is not on the PATH.
  const npm = process.env["npm_execpath"];
  const byNode = npm !== undefined && /\.c?js$/.test(npm);
  return spawnSync(byNode ? process.execPath : "npm", byNode ? [npm, ...args] : args, {
    cwd,
    stdio: ["ignore", output, "inherit"],
    shell: !byNode && process.platform === "win32",
  });
}

/**
 * Compares npm's own record of what it installed, node_modules/.package-lock.json, with the
 * lockfile, and both with the packages on disk.
 *
 * @param {string} root the project
 * @returns {boolean} true when node_modules holds exactly what the lockfile names
 */
export function installedMatchesLock(root) {
  const record = join(root, "node_modules/.package-lock.json");
  if (!existsSync(record)) return false;
  const installed = packagesIn(record);
  const locked = packagesIn(join(root, "package-lock.json"));
  delete locked[""];

  for (const [path, { version, integrity, optional }] of Object.entries(locked)) {
    const found = installed[path];
    // Optional packages for other systems are not installed.
    if (found === undefined && optional === true) continue;
    if (found?.version !== version || found?.integrity !== integrity) return false;
    const manifest = join(root, path, "package.json");
    if (!existsSync(manifest)) return false;
    if (JSON.parse(readFileSync(manifest, "utf8")).version !== version) return false;
  }
  return Object.keys(installed).every((path) => path in locked);
}

/**
 * @param {string} file a lockfile
 * @returns {Record<string, LockedPackage>} by folder
 */
function packagesIn(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages ?? {};
}

/** @param {string} root */
function lockHash(root) {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}

/** @param {string} root */
function writeStamp(root) {
  const stamp = join(root, stampPath);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, lockHash(root));
}

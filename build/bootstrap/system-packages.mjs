// Packages of the system: installed with apt-get as root, else asked for in one command.

import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Newer Debian and Ubuntu gave the packages whose time_t became 64 bit wide a new name.
 *
 * @param {string} name
 * @param {(name: string) => boolean} exists whether apt knows a package
 * @returns {string}
 */
export function nameHere(name, exists) {
  return exists(`${name}t64`) ? `${name}t64` : name;
}

/**
 * @param {string[]} packages Debian's names; nothing happens when there are none
 */
export function installSystemPackages(packages) {
  if (packages.length === 0) return;
  if (!hasProgram("apt-get")) {
    throw new Error(
      `Install what your system calls these Debian packages, then try again: ${packages.join(" ")}`,
    );
  }
  if (process.getuid?.() !== 0) {
    const names = packages.map((name) => nameHere(name, aptKnows)).join(" ");
    throw new Error(`System packages are missing. Run this once, then try again:

  sudo apt-get install --yes --no-install-recommends ${names}
`);
  }
  // Before the first update a new machine has no list of packages, and an old one may be stale.
  if (!aptInstall(packages) && !(apt(["update"]) && aptInstall(packages))) {
    throw new Error(`apt-get could not install ${packages.join(" ")}, see above`);
  }
}

/**
 * @param {string} name
 * @returns {boolean} whether a program of this name is on the PATH
 */
export function hasProgram(name) {
  const suffix = process.platform === "win32" ? ".exe" : "";
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name + suffix), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** @param {string[]} packages */
function aptInstall(packages) {
  const names = packages.map((name) => nameHere(name, aptKnows));
  if (!names.every(aptKnows)) return false;
  console.log(`Installing system packages (apt-get): ${names.join(" ")} …`);
  return apt(["install", "--yes", "--no-install-recommends", ...names]);
}

/** @param {string} name */
function aptKnows(name) {
  // `apt-cache policy` prints nothing for a name it has never heard, and (none) for one that
  // others only refer to.
  const { stdout } = spawnSync("apt-cache", ["policy", name], { encoding: "utf8" });
  return /Candidate: (?!\(none\))/.test(stdout ?? "");
}

/** @param {string[]} args */
function apt(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
  const { status } = spawnSync("apt-get", ["--quiet", ...args], {
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
  return status === 0;
}

// The system libraries Electron is linked with.

import { spawnSync } from "node:child_process";

/** Debian's packages that bring all of them along. */
export const libraryPackages = ["libgtk-3-0", "libnss3", "libasound2", "libgbm1"];

/**
 * @param {string} executable
 * @returns {string[]} file names of the libraries the system lacks; none where ldd does not exist
 */
export function missingLibraries(executable) {
  if (process.platform !== "linux") return [];
  const { stdout } = spawnSync("ldd", [executable], { encoding: "utf8" });
  return [...(stdout ?? "").matchAll(/^\s*(\S+) => not found$/gm)].map((match) => match[1] ?? "");
}

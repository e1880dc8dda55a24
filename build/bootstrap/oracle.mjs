// qemu-img: the tests hold every image Lamina reads or writes against it.

import { hasProgram } from "./system-packages.mjs";

/** @returns {string[]} the Debian packages that bring it, none when it is there */
export function oraclePackages() {
  if (hasProgram("qemu-img")) return [];
  if (process.platform === "linux") return ["qemu-utils"];
  console.log("qemu-img is not installed: the tests that compare with it will be skipped.");
  return [];
}

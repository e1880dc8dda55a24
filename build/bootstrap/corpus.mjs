// The matrix of test images that other people's tools make, where its maker lies beside the checkout.

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { hasProgram } from "./system-packages.mjs";

/** What make.sh calls, and what else reads Lamina's images, with the Debian package that brings it. */
const tools = {
  sgdisk: "gdisk",
  sfdisk: "fdisk",
  "mkfs.ext4": "e2fsprogs",
  "mkfs.vfat": "dosfstools",
  mcopy: "mtools",
  mkntfs: "ntfs-3g",
  xorriso: "xorriso",
  genisoimage: "genisoimage",
  mkudffs: "udftools",
  faketime: "faketime",
  openssl: "openssl",
  xxd: "xxd",
  zstd: "zstd",
  python3: "python3",
  "7zz": "7zip",
  vmdkinfo: "libvmdk-utils",
  vhdiinfo: "libvhdi-utils",
  qcowinfo: "libqcow-utils",
};

/**
 * @param {string} root the project
 * @returns {string[]} the Debian packages that the matrix and other readers need; none where there is no maker
 */
export function corpusPackages(root) {
  if (process.platform !== "linux" || !existsSync(resolve(root, "../shared/corpus/make.sh"))) {
    return [];
  }
  return Object.entries(tools).flatMap(([tool, name]) => (hasProgram(tool) ? [] : [name]));
}

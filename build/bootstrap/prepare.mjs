// Step 2 of the bootstrap: what the command needs from the machine.

import { corpusPackages } from "./corpus.mjs";
import { displayPackages, startDisplay } from "./display.mjs";
import { findElectron } from "./electron.mjs";
import { libraryPackages, missingLibraries } from "./libraries.mjs";
import { oraclePackages } from "./oracle.mjs";
import { packagingPackages } from "./packaging.mjs";
import { sandboxWorks } from "./sandbox.mjs";
import { installSystemPackages } from "./system-packages.mjs";

/**
 * @typedef {object} Ready
 * @property {Record<string, string>} env for the command to run
 * @property {() => void} release ends what was started for it
 */

const known = ["electron", "display", "oracle", "corpus", "packaging"];

/**
 * Finds or installs what is needed; throws an Error with advice when that cannot be done.
 *
 * @param {string} root the project
 * @param {string[]} needs of "electron" (a runnable Electron with its system libraries), "display"
 *   (one to draw on), "oracle" (qemu-img, which the tests compare with), "corpus" (the tools that
 *   make the matrix of test images) and "packaging" (those that make and try out packages)
 * @returns {Promise<Ready>}
 */
export async function prepare(root, needs) {
  const unknown = needs.find((need) => !known.includes(need));
  if (unknown !== undefined) throw new Error(`unknown need "${unknown}", not ${known.join(", ")}`);

  const electron = needs.includes("electron") ? await findElectron(root) : undefined;
  installSystemPackages([
    ...(electron && missingLibraries(electron.executable).length > 0 ? libraryPackages : []),
    ...(needs.includes("display") ? displayPackages() : []),
    ...(needs.includes("oracle") ? oraclePackages() : []),
    ...(needs.includes("corpus") ? corpusPackages(root) : []),
    ...(needs.includes("packaging") ? packagingPackages() : []),
  ]);
  const libraries = electron ? missingLibraries(electron.executable) : [];
  if (libraries.length > 0) throw new Error(`Electron needs ${libraries.join(", ")}`);

  const display = needs.includes("display") ? await startDisplay() : undefined;
  return {
    env: {
      ...(electron && {
        ELECTRON_OVERRIDE_DIST_PATH: electron.folder, // the electron package, and so Playwright
        ELECTRON_EXEC_PATH: electron.executable, // electron-vite
      }),
      ...(electron && !sandboxWorks() && { NO_SANDBOX: "1" }), // electron-vite, build/start.mjs
      ...display?.env,
      // Tests and the benchmark start Node thousands of times and connect to nothing. Where this names a file, each
      // start reads all certificates in it first, which can take longer than all else that Node does then.
      ...(needs.includes("oracle") && { NODE_EXTRA_CA_CERTS: "" }),
    },
    release: () => display?.stop(),
  };
}

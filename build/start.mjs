// npm start [-- [--screenshot FILE.png] IMAGE…]: builds the app when its sources have changed, and
// opens the images in it. Runs inside bootstrap.mjs, which says where Electron is.

import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { buildBundle } from "./bundles.mjs";
import { electronArguments } from "./start-arguments.mjs";

const root = resolve(import.meta.dirname, "..");
const executable = process.env["ELECTRON_EXEC_PATH"];
if (executable === undefined) throw new Error("start.mjs runs inside bootstrap.mjs: npm start");

const args = await prepared();

const env = { ...process.env };
delete env["ELECTRON_RUN_AS_NODE"];
const electron = spawn(executable, args, { stdio: "inherit", env });
process.on("SIGINT", () => {});
process.on("SIGTERM", () => electron.kill("SIGTERM"));
electron.on("exit", (code, signal) => {
  if (signal !== null) console.error(`Lamina was ended by ${signal}.`);
  process.exitCode = code ?? 1;
});

/** @returns {Promise<string[]>} Electron's arguments, once the app is built; a failure ends the process */
async function prepared() {
  try {
    const words = electronArguments(process.argv.slice(2), {
      root,
      // npm runs scripts in the project's folder and keeps the caller's here.
      from: process.env["INIT_CWD"] ?? process.cwd(),
      sandbox: process.env["NO_SANDBOX"] !== "1",
    });
    await buildBundle("app");
    return words;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

// Makes a bare checkout ready, then runs a command in it:
//
//   node build/bootstrap.mjs [electron] [display] [oracle] [corpus] [packaging] -- COMMAND [ARGUMENT…]
//
// Step 1, this file, is plain Node: it may run before any package is there. Step 2, in bootstrap/,
// uses packages. The words before "--" say what the command needs; what was found is handed to it
// in its environment.

import { spawn } from "node:child_process";
import { delimiter, join, resolve } from "node:path";
import { packagesAreCurrent, installPackages } from "./bootstrap/packages.mjs";

const root = resolve(import.meta.dirname, "..");
const [needs, command] = splitAtDashes(process.argv.slice(2));

requireNode(20, 19);
if (!packagesAreCurrent(root)) installPackages(root);

const { prepare } = await import("./bootstrap/prepare.mjs");
try {
  const ready = await prepare(root, needs);
  process.exitCode = await run(command, ready.env);
  ready.release();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/**
 * @param {string[]} words
 * @returns {[string[], string[]]} those before the first "--", and those after it
 */
function splitAtDashes(words) {
  const at = words.indexOf("--");
  return at < 0 ? [words, []] : [words.slice(0, at), words.slice(at + 1)];
}

/**
 * @param {number} major
 * @param {number} minor
 */
function requireNode(major, minor) {
  const [ownMajor = 0, ownMinor = 0] = process.versions.node.split(".").map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  console.error(`Lamina needs Node ${major}.${minor} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/**
 * @param {string[]} command a program and its arguments; "node" is the Node that runs this
 * @param {Record<string, string>} env what the bootstrap adds to the environment
 * @returns {Promise<number>} its exit code; 128 + signal number when a signal ended it
 */
function run([program, ...args], env) {
  if (program === undefined) return Promise.resolve(0);
  const path = [join(root, "node_modules/.bin"), process.env["PATH"]].join(delimiter);
  const child = spawn(program === "node" ? process.execPath : program, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env, PATH: path },
    shell: process.platform === "win32" && program !== "node",
  });
  // A terminal sends Ctrl-C to the child as well; this process only has to outlive it.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGHUP", () => child.kill("SIGHUP"));
  return new Promise((done) => {
    child.on("error", (error) => {
      console.error(`${program} could not be started: ${error.message}`);
      done(127);
    });
    child.on("exit", (code, signal) => {
      done(code ?? 128 + (signal === "SIGINT" ? 2 : signal === "SIGKILL" ? 9 : 15));
    });
  });
}

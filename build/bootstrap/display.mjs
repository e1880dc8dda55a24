// A display to draw on: the user's own, or Xvfb, which draws to memory.

import { spawn } from "node:child_process";
import { hasProgram } from "./system-packages.mjs";

/** @returns {string[]} the Debian packages that bring Xvfb, none when no Xvfb is needed */
export function displayPackages() {
  return hasDisplay() || hasProgram("Xvfb") ? [] : ["xvfb"];
}

/**
 * @returns {Promise<{ env: Record<string, string>, stop: () => void }>} `stop` ends the Xvfb that
 *   was started, if any
 */
export async function startDisplay() {
  if (hasDisplay()) return { env: {}, stop: () => {} };

  // -noreset: without it Xvfb ends as soon as the first application has closed its windows.
  // Detached: Ctrl-C must reach the application before its display is gone.
  const args = ["-displayfd", "3", "-screen", "0", "1280x900x24", "-noreset", "-nolisten", "tcp"];
  const xvfb = spawn("Xvfb", args, {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
    detached: true,
  });
  const number = await displayNumber(xvfb);
  console.log(`No display found: using Xvfb, a display in memory (:${number}).`);
  const stop = () => void xvfb.kill();
  process.on("exit", stop);
  return { env: { DISPLAY: `:${number}` }, stop };
}

function hasDisplay() {
  if (process.platform !== "linux") return true;
  return Boolean(process.env["DISPLAY"] || process.env["WAYLAND_DISPLAY"]);
}

/**
 * @param {import("node:child_process").ChildProcess} xvfb
 * @returns {Promise<string>} the number Xvfb chose, once it is ready
 */
function displayNumber(xvfb) {
  const pipe = xvfb.stdio[3];
  return new Promise((found, fail) => {
    let text = "";
    pipe?.on("data", (/** @type {Buffer} */ chunk) => {
      text += chunk.toString();
      if (text.endsWith("\n")) found(text.trim());
    });
    xvfb.on("error", (error) => fail(new Error(`Xvfb could not be started: ${error.message}`)));
    xvfb.on("exit", (code) => fail(new Error(`Xvfb ended with code ${code}`)));
  });
}

import { createRequire } from "node:module";
import { join } from "node:path";
import { app } from "electron";
import { cliWords } from "./cli-words";
import { loadWithCompiled } from "./compiled-code";
import { switchValue } from "./file-arguments";
import { pictureFolder } from "./screenshot";

/** Where the build puts everything; this file is in out/main. */
const out = join(import.meta.dirname, "..");
const words = cliWords(process.argv);

/** Electron waits for it before it looks for a display or starts a process for pages. */
export const launched = words === undefined ? startWindow() : runCommandLine(words);

/** Runs the command line in this process, which ends with its exit code: this never resolves. */
function runCommandLine(args: readonly string[]): Promise<never> {
  const program = join(out, "cli/lamina.cjs");
  process.argv = [process.execPath, program, ...args];
  createRequire(import.meta.url)(program);
  return new Promise(() => {});
}

async function startWindow(): Promise<void> {
  const pictureFile = switchValue(process.argv, "lamina-screenshot");
  const ownFolder = pictureFile === undefined ? undefined : pictureFolder(app.getPath("userData"));
  const userData = process.env["LAMINA_USER_DATA"] ?? ownFolder;
  if (userData !== undefined) app.setPath("userData", userData);
  const compiled = join(app.getPath("userData"), "compiled");
  const keepCompiled = loadWithCompiled(join(out, "main/chunks"), compiled, "main");
  const { startApp } = await import("./main");
  startApp({ out, pictureFile, compiled, keepCompiled });
}

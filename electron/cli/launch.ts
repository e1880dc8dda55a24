// What is run as `lamina`, in each of its threads: small, so that the second thread is on its way before
// the first has read the program.
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { isMainThread } from "node:worker_threads";
import { createCopiers, receiveWork } from "./copier-thread";
import { loadProgram } from "./load-program";
import type * as Program from "./main";

const args = process.argv.slice(2);
const startCopier = isMainThread ? createCopiers(import.meta.filename, args) : undefined;
const { main, copierMain } = loadProgram<typeof Program>(join(import.meta.dirname, "program.cjs"));
if (startCopier !== undefined) {
  // Everything is written by then; a copier thread that is still starting is not waited for.
  void main(args, startCopier).then((code) => process.exit(code));
} else {
  // A conversion ends before the code that V8 would optimise meanwhile could pay for it. Only now: with
  // other flags than its own, Node would have to compile all that a thread begins with. Electron's V8
  // does not have the flag, and says so.
  if (process.versions["electron"] === undefined) setFlagsFromString("--interrupt-budget=1000000");
  copierMain(receiveWork());
}

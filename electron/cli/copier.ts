// The second thread of a conversion: with nothing in it but what copying needs, it is up that much sooner.
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { copierMain, type CopierExtras } from "../engine";
import { receiveWork } from "./copier-thread";
import { loadProgram } from "./load-program";
import type * as Program from "./main";

const work = receiveWork();
// A conversion ends before the code that V8 would optimise meanwhile could pay for it. Only now: with
// other flags than its own, Node would have to compile all that a thread begins with, and the main
// thread its program. Electron's V8 does not have the flag, and says so.
if (process.versions["electron"] === undefined) setFlagsFromString("--interrupt-budget=1000000");

let program: typeof Program | undefined;
function extras(): CopierExtras {
  program ??= loadProgram<typeof Program>(join(import.meta.dirname, "program.cjs"));
  return program.copierExtras;
}
copierMain(work, {
  openImage: (of) => extras().openImage(of),
  createPackedCopy: (placement, place) => extras().createPackedCopy(placement, place),
});

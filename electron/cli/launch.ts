// What is run as `lamina`: small, so that the second thread is on its way before this one has read the
// program.
import { join } from "node:path";
import { createCopiers } from "./copier-thread";
import { loadProgram } from "./load-program";
import type * as Program from "./main";

const args = process.argv.slice(2);
const startCopier = createCopiers(join(import.meta.dirname, "copier.cjs"), args);
const { main } = loadProgram<typeof Program>(join(import.meta.dirname, "program.cjs"));
// Everything is written by then; a copier thread that is still starting is not waited for.
void main(args, startCopier).then((code) => process.exit(code));

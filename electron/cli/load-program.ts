import { createRequire } from "node:module";
import { dirname } from "node:path";
import { compileScript, type RunModule } from "../compiled-script";

/**
 * What the CommonJS file exports. Beside it, in FILE.cache, lies what the build's Node compiled of it
 * (ADR 0018); another Node refuses that, and compiles.
 */
export function loadProgram<Exports>(file: string): Exports {
  const run = compileScript(file, `${file}.cache`).runInThisContext() as RunModule;
  const module = { exports: {} };
  run.call(module.exports, module.exports, createRequire(file), module, file, dirname(file));
  return module.exports as Exports;
}

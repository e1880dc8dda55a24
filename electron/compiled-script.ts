import { readFileSync } from "node:fs";
import Module from "node:module";
import { Script } from "node:vm";

/** What a CommonJS file is called with. */
export type RunModule = (
  this: unknown,
  exports: unknown,
  require: (id: string) => unknown,
  module: unknown,
  file: string,
  folder: string,
) => void;

/**
 * A CommonJS file as V8 has it once it is compiled: taken from `cache`, if that is what this V8 made of
 * the file, or made now. `runInThisContext` of the script gives a `RunModule`.
 */
export function compileScript(file: string, cache: string): Script {
  const cachedData = readIfThere(cache);
  return new Script(Module.wrap(readFileSync(file, "utf8")), {
    filename: file,
    ...(cachedData && { cachedData }),
  });
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

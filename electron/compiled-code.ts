import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import type { Script } from "node:vm";
import { compileScript, type RunModule } from "./compiled-script";

/** What lies in `folder`: ROLE.CHUNK.cache, and the name of a chunk holds a hash of its content. */
const suffix = ".cache";

interface Loaded {
  readonly script: Script;
  /** Whether V8 has taken what an earlier start had kept. */
  readonly fromCache: boolean;
}

/**
 * From now on `require` takes the chunks of the build in `chunks` with what V8 compiled of them in an
 * earlier start, kept in `folder` (ADR 0020). Once in a thread.
 *
 * @param role tells apart the threads that run different parts of the same chunk
 * @returns keeps what was compiled this time, if an earlier start has not; never throws
 */
export function loadWithCompiled(chunks: string, folder: string, role: string): () => void {
  const loaded = new Map<string, Loaded>();
  const { extensions } = createRequire(join(chunks, "any"));
  const load = extensions[".js"];
  const nameOf = (file: string): string => `${role}.${basename(file)}${suffix}`;

  extensions[".cjs"] = (module, file) => {
    if (dirname(file) !== chunks) return load?.(module, file);
    const script = compileScript(file, join(folder, nameOf(file)));
    // Undefined where none was there.
    loaded.set(nameOf(file), { script, fromCache: script.cachedDataRejected === false });
    const run = script.runInThisContext() as RunModule;
    const require = (id: string): unknown => module.require(id);
    run.call(module.exports, module.exports, require, module, file, chunks);
  };

  return () => {
    const fresh = [...loaded].filter(([, { fromCache }]) => !fromCache);
    if (fresh.length === 0) return;
    try {
      mkdirSync(folder, { recursive: true });
      for (const [name, { script }] of fresh) write(join(folder, name), script.createCachedData());
      // Those of chunks that are no more.
      const known = new Set(readdirSync(chunks).map(nameOf));
      for (const name of readdirSync(folder)) {
        if (name.startsWith(`${role}.`) && !known.has(name)) rmSync(join(folder, name));
      }
    } catch {
      // The next start compiles once more.
    }
  };
}

/** Whoever is killed meanwhile leaves the old one, or none: V8 would believe half of one. */
function write(file: string, data: Buffer): void {
  const beside = `${file}.new`;
  writeFileSync(beside, data, { flush: true });
  renameSync(beside, file);
}

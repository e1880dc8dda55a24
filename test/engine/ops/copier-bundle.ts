import { resolve } from "node:path";
import { build } from "vite";

const root = resolve(import.meta.dirname, "../../..");

/**
 * Builds a script of electron/workers as one file, for threads know no TypeScript.
 * @param place A folder of its own for whoever may run beside others: it is emptied first.
 * @returns Its path; below node_modules, so that it finds koffi.
 */
export async function buildWorker(
  name: "copier" | "inspector" | "job" | "measurer",
  place = "lamina-test",
): Promise<string> {
  const outDir = resolve(root, "node_modules/.cache", place, name);
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: "error",
    ssr: { noExternal: true, external: ["koffi"], target: "node" },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      rolldownOptions: {
        input: resolve(root, `electron/workers/${name}.ts`),
        output: { format: "es", entryFileNames: `${name}.mjs`, codeSplitting: false },
      },
    },
  });
  return resolve(outDir, `${name}.mjs`);
}

/** Builds the copier threads' script. */
export const buildCopier = (): Promise<string> => buildWorker("copier");

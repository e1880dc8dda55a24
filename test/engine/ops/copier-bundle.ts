import { resolve } from "node:path";
import { build } from "vite";

const root = resolve(import.meta.dirname, "../../..");

/**
 * Builds electron/workers/copier.ts as one file, for threads know no TypeScript.
 * @returns Its path; below node_modules, so that it finds koffi.
 */
export async function buildCopier(): Promise<string> {
  const outDir = resolve(root, "node_modules/.cache/lamina-test/copier");
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
        input: resolve(root, "electron/workers/copier.ts"),
        output: { format: "es", entryFileNames: "copier.mjs", codeSplitting: false },
      },
    },
  });
  return resolve(outDir, "copier.mjs");
}

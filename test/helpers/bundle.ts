import { basename, resolve } from "node:path";
import { build } from "vite";

const root = resolve(import.meta.dirname, "../..");

/**
 * Builds a script of the project as one file, for processes and threads know no TypeScript.
 * @param script Its path, relative to the project.
 * @param place A folder of its own for whoever may run beside others: it is emptied first.
 * @returns Where it is; below node_modules, so that it finds koffi.
 */
export async function bundle(script: string, place = "lamina-test"): Promise<string> {
  const name = basename(script, ".ts");
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
        input: resolve(root, script),
        output: { format: "es", entryFileNames: `${name}.mjs`, codeSplitting: false },
      },
    },
  });
  return resolve(outDir, `${name}.mjs`);
}

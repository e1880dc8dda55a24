// The command line in out/cli: lamina.cjs, which is run, program.cjs, which that loads, program.cjs.cache,
// what this Node's V8 made of the program's code, and copier.cjs, which the second thread runs.

import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { resolve } from "node:path";
import { build } from "vite";

const root = resolve(import.meta.dirname, "..");
const outDir = resolve(root, "out/cli");
/** Packages that the command line may hold: test/package/contents.test.ts finds them in main's list. */
export const inMainToo = ["pako", "zod"];
const shebang = "#!/usr/bin/env node\n";

/**
 * Makes the file a program: first line for the kernel, and the executable bit.
 *
 * @param {string} fileName
 * @returns {import("vite").Plugin}
 */
function executable(fileName) {
  return {
    name: "executable",
    renderChunk: (code) => (code.startsWith("#!") ? null : { code: shebang + code, map: null }),
    writeBundle: () => {
      chmodSync(resolve(outDir, fileName), 0o755);
    },
  };
}

/**
 * The command line is shipped with the app, whose About box lists what main and page are made of: a package
 * that is in the command line only would be missing there.
 *
 * @type {import("vite").Plugin}
 */
const onlyKnownPackages = {
  name: "only-known-packages",
  generateBundle(_options, bundle) {
    for (const part of Object.values(bundle))
      for (const id of part.type === "chunk" ? part.moduleIds : []) {
        const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll("\\", "/"))?.[1];
        if (name !== undefined && !inMainToo.includes(name))
          this.error(`${name} is in the command line, but not among the licences of About`);
      }
  },
};

/**
 * @param {string} input
 * @param {string} fileName
 * @param {import("vite").Plugin[]} plugins
 * @param {boolean} emptyOutDir
 * @returns {Promise<unknown>}
 */
function bundle(input, fileName, plugins, emptyOutDir) {
  return build({
    root,
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    plugins: [...plugins, onlyKnownPackages],
    ssr: { noExternal: true, external: ["koffi"], target: "node" },
    build: {
      ssr: true,
      outDir,
      emptyOutDir,
      target: "node20.18",
      minify: true,
      reportCompressedSize: false,
      rolldownOptions: {
        input: resolve(root, input),
        // No module does anything but declare: what nothing uses of one is left out.
        treeshake: { moduleSideEffects: false },
        // Each is one file: shared chunks would be read one by one.
        output: { format: "cjs", entryFileNames: fileName, codeSplitting: false },
      },
    },
  });
}

/** Builds all four. */
export async function buildCli() {
  await bundle("electron/cli/launch.ts", "lamina.cjs", [executable("lamina.cjs")], true);
  await bundle("electron/cli/copier.ts", "copier.cjs", [], false);
  await bundle("electron/cli/main.ts", "program.cjs", [], false);
  // In a process of its own: V8 refuses a cache that was made under other flags.
  const { NODE_OPTIONS: _, ...env } = process.env;
  execFileSync(process.execPath, [resolve(root, "build/cli-cache.mjs")], {
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

import { chmodSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";

const root = resolve(import.meta.dirname, "..");
const outDir = resolve(root, "out/cli");
const fileName = "lamina.cjs";
const shebang = "#!/usr/bin/env node\n";

/** Makes the bundle a program: first line for the kernel, and the executable bit. */
function executable(): Plugin {
  return {
    name: "executable",
    renderChunk: (code) => (code.startsWith("#!") ? null : { code: shebang + code, map: null }),
    writeBundle: () => {
      chmodSync(resolve(outDir, fileName), 0o755);
    },
  };
}

export default defineConfig({
  root,
  publicDir: false,
  plugins: [executable()],
  ssr: { noExternal: true, external: ["koffi"], target: "node" },
  build: {
    ssr: true,
    outDir,
    target: "node20.18",
    // Node reads it at every start, and once more in every thread.
    minify: true,
    reportCompressedSize: false,
    rolldownOptions: {
      input: resolve(root, "electron/cli/main.ts"),
      // One file: it is also the script its copier workers run.
      output: { format: "cjs", entryFileNames: fileName, codeSplitting: false },
    },
  },
});

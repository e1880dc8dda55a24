import { resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "electron-vite";
import type { Plugin } from "vite";
import { licences } from "./licences";

const root = resolve(import.meta.dirname, "..");
const from = (path: string) => resolve(root, path);

// electron-vite derives its targets from the installed electron package. The carried runtime is
// older (Electron 33), so the syntax both understand is named here.
const nodeTarget = "node20.18";
const chromeTarget = "chrome130";

// The policy of `npm run dev`, where Vite serves the page. The built app sets its own, with a fresh
// nonce for each load, in electron/protocol.ts.
const devPolicy = [
  "default-src 'self'",
  "script-src 'self' 'nonce-__NONCE__'",
  "style-src 'self' 'nonce-__NONCE__'",
  "img-src 'self' data:",
  "connect-src 'self' ws://127.0.0.1:*",
].join("; ");

// Electron waits for a module to have run, and not for a script: without it, the command line inside the
// app would be waited for by a window.
const moduleEntry: Plugin = {
  name: "module-entry",
  generateBundle() {
    const source = `import { createRequire } from "node:module";
await createRequire(import.meta.url)("./launch.cjs").launched;
`;
    this.emitFile({ type: "asset", fileName: "main.js", source });
  },
};

export default defineConfig({
  main: {
    // Electron's own licence and those inside Chromium lie beside the program.
    plugins: [licences(["koffi", "electron"]), moduleEntry],
    build: {
      outDir: from("out/main"),
      target: nodeTarget,
      minify: true,
      // koffi is native code; everything else is bundled, so that the package stays small.
      externalizeDeps: { include: ["koffi"] },
      rolldownOptions: {
        input: {
          launch: from("electron/launch.ts"),
          inspector: from("electron/workers/inspector.ts"),
          measurer: from("electron/workers/measurer.ts"),
          "image-task": from("electron/workers/image-task.ts"),
          job: from("electron/workers/job.ts"),
          copier: from("electron/workers/copier.ts"),
        },
        // Scripts, not modules: of those Node can keep what V8 compiled (electron/compiled-code.ts).
        output: {
          format: "cjs",
          entryFileNames: "[name].cjs",
          chunkFileNames: "chunks/[name]-[hash].cjs",
        },
      },
    },
  },
  preload: {
    build: {
      outDir: from("out/preload"),
      target: nodeTarget,
      externalizeDeps: false,
      rolldownOptions: {
        input: from("electron/preload.ts"),
        // A sandboxed preload script has to be one CommonJS file.
        output: { format: "cjs", entryFileNames: "[name].cjs" },
      },
    },
  },
  renderer: {
    root: from("renderer"),
    plugins: [react(), licences()],
    html: { cspNonce: "__NONCE__" },
    server: { host: "127.0.0.1", headers: { "Content-Security-Policy": devPolicy } },
    build: {
      outDir: from("out/renderer"),
      target: chromeTarget,
      minify: true,
      // Fonts and pictures stay files: the policy allows no data: fonts.
      assetsInlineLimit: 0,
      // In one file, whose order decides between rules that are alike.
      cssCodeSplit: false,
      rolldownOptions: {
        input: from("renderer/index.html"),
        output: {
          // One file for the first picture, one for what several of the parts that come later need.
          codeSplitting: {
            groups: [
              { name: "first", tags: ["$initial"] },
              { name: "later", minShareCount: 2, test: /\.[cm]?[jt]sx?$/ },
            ],
          },
        },
      },
    },
  },
});

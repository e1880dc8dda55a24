// npm run screenshots: remakes the README's pictures from a run of the end-to-end tests. A picture
// docs/images/NAME.png is the one that a test saved under NAME.

import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildStep, endToEnd, runStep } from "./steps.mjs";

const root = resolve(import.meta.dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const names = [...readme.matchAll(/docs\/images\/([\w-]+\.png)/g)].map(([, name = ""]) => name);

const failed = [buildStep, endToEnd].some((step) => runStep(step).failed > 0);
if (failed) {
  process.exitCode = 1;
} else {
  mkdirSync(join(root, "docs/images"), { recursive: true });
  for (const name of new Set(names)) {
    copyFileSync(join(root, "test-results/screenshots", name), join(root, "docs/images", name));
    console.log(`docs/images/${name}`);
  }
}

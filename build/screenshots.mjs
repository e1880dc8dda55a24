// npm run screenshots: remakes the pictures of README.md and docs/screens.md from a run of the
// end-to-end tests. A picture images/NAME.png is the one that a test saved under NAME.

import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildStep, endToEnd, runStep } from "./steps.mjs";

const root = resolve(import.meta.dirname, "..");
const text = ["README.md", "docs/screens.md"]
  .map((file) => readFileSync(join(root, file), "utf8"))
  .join("\n");
const names = [...text.matchAll(/\(\S*images\/([\w-]+\.png)\)/g)].map(([, name = ""]) => name);

const built = await runStep(buildStep);
const failed = built.failed > 0 || (await runStep(endToEnd)).failed > 0;
if (failed) {
  process.exitCode = 1;
} else {
  mkdirSync(join(root, "docs/images"), { recursive: true });
  for (const name of new Set(names)) {
    copyFileSync(join(root, "test-results/screenshots", name), join(root, "docs/images", name));
    console.log(`docs/images/${name}`);
  }
}

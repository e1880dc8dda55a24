// npm run screenshots: remakes the pictures of README.md and docs/screens.md. A picture images/NAME.png
// is the one that an end-to-end test saves under NAME; the files of those tests are run.

import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildStep, endToEnd, runStep } from "./steps.mjs";

const root = resolve(import.meta.dirname, "..");
const tests = join(root, "test/e2e");
const text = ["README.md", "docs/screens.md"]
  .map((file) => readFileSync(join(root, file), "utf8"))
  .join("\n");
const named = [...text.matchAll(/\(\S*images\/([\w-]+)\.png\)/g)].map(([, name = ""]) => name);
const names = [...new Set(named)];

const sources = readdirSync(tests)
  .filter((file) => file.endsWith(".e2e.ts"))
  .map((file) => ({ file, source: readFileSync(join(tests, file), "utf8") }));
const files = names.map((name) => {
  const saves = sources.find(({ source }) => source.includes(`.picture("${name}")`));
  if (saves === undefined) throw new Error(`No end-to-end test saves a picture under ${name}.`);
  return saves.file;
});
const only = { ...endToEnd, command: [...endToEnd.command, ...new Set(files)] };

const built = await runStep(buildStep);
const failed = built.failed > 0 || (await runStep(only)).failed > 0;
if (failed) {
  process.exitCode = 1;
} else {
  mkdirSync(join(root, "docs/images"), { recursive: true });
  for (const name of names) {
    const picture = `${name}.png`;
    copyFileSync(
      join(root, "test-results/screenshots", picture),
      join(root, "docs/images", picture),
    );
    console.log(`docs/images/${picture}`);
  }
}

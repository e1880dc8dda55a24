// Which test files run in which step, and which of them share a process.

import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");

const layerTable = "test/layers.test.ts";

/**
 * Format against format, Lamina against qemu-img line by line, every crash point of a change, and over a
 * gigabyte of images: too long for every `npm run check`. A folder stands for all below it.
 */
const crossTests = [
  "test/corpus/",
  "test/cli/",
  "test/engine/change/",
  "test/engine/ops/change/",
  "test/engine/conformance/",
  "test/engine/formats/qcow2/data-file-writer.test.ts",
  "test/engine/formats/qcow2/encrypted.test.ts",
  "test/engine/formats/qcow2/preallocation.test.ts",
  "test/engine/formats/qcow2/reader.test.ts",
  "test/engine/formats/qcow2/writer.test.ts",
  "test/engine/ops/copier-threads.test.ts",
  "test/engine/ops/kept-backing.test.ts",
  "test/engine/ops/measure.test.ts",
  "test/engine/ops/measure-compressed.test.ts",
  "test/engine/ops/sparseness.test.ts",
  "test/electron/killed.test.ts",
  "test/electron/workers/",
  "test/fuzz/",
  "test/load/",
];

/** Tests of what is built; others run them. */
const elsewhere = ["test/e2e/", "test/package/"];

/** The engine keeps no state between calls: its tests may share a process, and load it once. */
const stateless = ["test/engine/", "test/shared/"];

/** What others in the process would see: mocks, stubs, the environment; and what sees them: its memory. */
const notAlone = /\bvi\.|\bprocess\.memoryUsage\b|\bprocess\.env\[[^\]]+\] =|delete process\.env\b/;

/**
 * @param {string} file
 * @param {string[]} places files, and folders with a slash behind
 */
function isIn(file, places) {
  return places.some((place) => (place.endsWith("/") ? file.startsWith(place) : file === place));
}

/** @param {string} file */
function mayShare(file) {
  return isIn(file, stateless) && !notAlone.test(readFileSync(join(root, file), "utf8"));
}

/**
 * The steps' names in Vitest: each step is one or two of its projects, NAME and, for files that share
 * a process, NAME-shared.
 *
 * @typedef {{ name: string, include: string[], isolate: boolean }} TestProject
 * @returns {TestProject[]} every test file once, relative to the project's folder
 */
export function testProjects() {
  const files = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
    .map((name) => `test/${name.replaceAll("\\", "/")}`)
    .filter((name) => name.endsWith(".test.ts") && !isIn(name, elsewhere));
  /** @type {Map<string, TestProject>} */
  const projects = new Map();
  for (const file of files) {
    const step = file === layerTable ? "layers" : isIn(file, crossTests) ? "cross" : "unit";
    const isolate = !mayShare(file);
    const name = isolate ? step : `${step}-shared`;
    const project = projects.get(name) ?? { name, include: [], isolate };
    project.include.push(file);
    projects.set(name, project);
  }
  return [...projects.values()];
}

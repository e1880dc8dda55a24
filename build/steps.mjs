// The steps of `npm run check`, `npm test` and `npm run endure`: each is a command that is run, named and timed.

import { spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { readPlaywrightReport, readVitestReport } from "./test-report.mjs";

const root = resolve(import.meta.dirname, "..");
const results = join(root, "test-results");

/** @typedef {import("./test-report.mjs").TestReport} TestReport */

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string[]} command from node_modules/.bin, or "node"
 * @property {string} [report] the file in test-results/ that a step which runs tests writes
 * @property {(file: string) => TestReport | undefined} [readReport]
 */

/**
 * @param {string} name
 * @param {string} report
 * @param {string[]} args
 * @param {string} [config]
 * @returns {Step}
 */
function vitestStep(name, report, args, config = "build/vitest.config.ts") {
  const reporters = ["--reporter=default", "--reporter=build/vitest-report.mjs"];
  const command = ["vitest", "run", "--config", config, ...reporters, ...args];
  return { name, command, report, readReport: readVitestReport };
}

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
const unitExcludes = [layerTable, ...crossTests].flatMap((path) => [
  "--exclude",
  path.endsWith("/") ? `${path}**` : path,
]);

/**
 * What looks at the sources only: no step takes both cores for long, so that they run side by side.
 *
 * @type {Step[]}
 */
export const staticChecks = [
  { name: "format", command: ["prettier", "--check", "--log-level=warn", "."] },
  { name: "lint", command: ["oxlint", "--type-aware", "--deny-warnings"] },
  { name: "types", command: ["tsc", "-b"] },
  { name: "dead code", command: ["knip", "--config", "build/knip.json"] },
  vitestStep("layer table", "layers.json", [layerTable]),
];

export const unitTests = vitestStep("unit tests", "unit.json", unitExcludes);

export const crossChecks = vitestStep("cross checks", "cross.json", crossTests);

/** The tests that `test/helpers/rounds.ts` lets run for longer, also on a slow and busy machine. */
export const enduranceTests = vitestStep("endurance", "endurance.json", [
  "--testTimeout=1200000",
  "test/cli/in-turns.test.ts",
  "test/cli/killed.test.ts",
  "test/engine/change/check.test.ts",
  "test/engine/change/operations.test.ts",
  "test/engine/change/repair.test.ts",
  "test/engine/ops/change/killed.test.ts",
  "test/engine/ops/snapshot-tree/snapshot-tree.test.ts",
]);

/** @type {Step} */
export const buildStep = { name: "build", command: ["node", "build/build.mjs"] };

/** @type {Step} */
export const endToEnd = {
  name: "end-to-end tests",
  command: ["playwright", "test", "--config", "build/playwright.config.ts", "--reporter=list,json"],
  report: "e2e.json",
  readReport: readPlaywrightReport,
};

/** Of what `npm run package` has made; not part of `npm test`. */
export const packageTests = vitestStep(
  "package tests",
  "packages.json",
  [],
  "build/vitest.package.config.ts",
);

/**
 * Runs steps side by side; what each prints follows when it has ended.
 *
 * @param {Step[]} steps
 * @param {{ aside?: boolean }} [how] `aside`: with no more of the processor than others leave
 * @returns {Promise<TestReport[]>}
 */
export function runTogether(steps, { aside = false } = {}) {
  const given = aside && process.platform !== "win32" ? ["nice", "-n", "19"] : [];
  return Promise.all(
    steps.map(async (step) => {
      const { outcome, printed, ended } = await run(
        { ...step, command: [...given, ...step.command] },
        "pipe",
      );
      console.log(`\n── ${step.name}`);
      process.stdout.write(printed);
      console.log(ended);
      return outcome;
    }),
  );
}

/**
 * Runs one step, its output on the terminal.
 *
 * @param {Step} step
 * @returns {Promise<TestReport>} of its tests; a step that fails without a failed test counts as one failure
 */
export async function runStep(step) {
  console.log(`\n── ${step.name}`);
  const { outcome, ended } = await run(step, "inherit");
  console.log(ended);
  return outcome;
}

/**
 * @param {Step} step
 * @param {"inherit" | "pipe"} output
 */
async function run({ name, command, report, readReport }, output) {
  const reportFile = join(results, report ?? "none");
  mkdirSync(results, { recursive: true });
  rmSync(reportFile, { force: true });
  const started = performance.now();
  const [program = "", ...args] = command;
  const child = spawn(program === "node" ? process.execPath : program, args, {
    cwd: root,
    stdio: ["inherit", output, output],
    shell: process.platform === "win32" && program !== "node",
    env: {
      // The same random layouts every time, unless another seed is asked for: what a change is refused
      // for is then in the change. `npm run fuzz` looks for what no seed has shown yet.
      LAMINA_SEED: "1",
      ...process.env,
      LAMINA_TEST_REPORT: reportFile,
      PLAYWRIGHT_JSON_OUTPUT_FILE: reportFile,
    },
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text) => {
      printed += text;
    });
  /** @type {number | null} */
  const status = await new Promise((ended) => {
    child.on("error", ({ message }) => {
      printed += `${program} could not be started: ${message}\n`;
      if (output === "inherit") process.stderr.write(printed);
      ended(null);
    });
    child.on("close", ended);
  });
  const outcome = readReport?.(reportFile) ?? { passed: 0, failed: 0, skipped: [] };
  if (status !== 0 && outcome.failed === 0) outcome.failed = 1;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const ended = `── ${name}: ${outcome.failed === 0 ? "ok" : "FAILED"} (${seconds} s)`;
  return { outcome, printed, ended };
}

/**
 * @param {TestReport[]} reports
 * @returns {TestReport} their sum
 */
export function sum(reports) {
  return {
    passed: reports.reduce((total, { passed }) => total + passed, 0),
    failed: reports.reduce((total, { failed }) => total + failed, 0),
    skipped: reports.flatMap(({ skipped }) => skipped),
  };
}

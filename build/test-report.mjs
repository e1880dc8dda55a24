// What a run of tests came to, in one form for Vitest and Playwright.

import { existsSync, readFileSync } from "node:fs";

/**
 * @typedef {object} TestReport
 * @property {number} passed
 * @property {number} failed
 * @property {{ name: string, reason?: string | undefined }[]} skipped
 */

/**
 * The parts of Playwright's JSON report that are read here.
 *
 * @typedef {{ type: string, description?: string }} Annotation
 * @typedef {{ status: string, annotations: Annotation[] }} PlaywrightTest
 * @typedef {{ title: string, tests: PlaywrightTest[] }} PlaywrightSpec
 * @typedef {{ title: string, specs: PlaywrightSpec[], suites?: PlaywrightSuite[] }} PlaywrightSuite
 * @typedef {{ suites: PlaywrightSuite[], errors: unknown[] }} PlaywrightReport
 */

/**
 * @param {string} file written by vitest-report.mjs
 * @returns {TestReport | undefined} undefined when the run did not come so far as to write it
 */
export function readVitestReport(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/**
 * @param {string} file written by Playwright's JSON reporter
 * @returns {TestReport | undefined} undefined when the run did not come so far as to write it
 */
export function readPlaywrightReport(file) {
  return existsSync(file) ? fromPlaywright(JSON.parse(readFileSync(file, "utf8"))) : undefined;
}

/**
 * @param {PlaywrightReport} json
 * @returns {TestReport} a test that passed only when tried again counts as failed
 */
export function fromPlaywright({ suites, errors }) {
  /** @type {TestReport} */
  const report = { passed: 0, failed: errors.length, skipped: [] };
  /** @param {PlaywrightSuite} suite */
  const visit = (suite) => {
    for (const { title, tests } of suite.specs) {
      for (const { status, annotations } of tests) {
        if (status === "expected") report.passed++;
        else if (status !== "skipped") report.failed++;
        else report.skipped.push({ name: title, reason: skipReason(annotations) });
      }
    }
    suite.suites?.forEach(visit);
  };
  suites.forEach(visit);
  return report;
}

/** @param {Annotation[]} annotations */
function skipReason(annotations) {
  return annotations.find(({ type }) => type === "skip" || type === "fixme")?.description;
}

/**
 * @param {TestReport} report
 * @returns {string[]} one line for each skipped test, then the totals
 */
export function summaryOf({ passed, failed, skipped }) {
  return [
    ...skipped.map(({ name, reason }) => `skipped: ${name}${reason ? ` (${reason})` : ""}`),
    `${passed} passed, ${failed} failed, ${skipped.length} skipped`,
  ];
}

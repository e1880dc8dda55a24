// A Vitest reporter that writes what build/test-report.mjs reads. Vitest's own JSON reporter leaves
// out the reason given to ctx.skip(reason).

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** @typedef {import("./test-report.mjs").TestReport} TestReport */

export default class VitestReport {
  /**
   * @param {ReadonlyArray<import("vitest/node").TestModule>} modules
   * @param {ReadonlyArray<unknown>} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    /** @type {TestReport} */
    const report = { passed: 0, failed: unhandledErrors.length, skipped: [] };
    for (const module of modules) {
      // A file that cannot be loaded, or a failing hook, has no test that failed.
      report.failed += module.errors().length;
      for (const suite of module.children.allSuites()) report.failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === "passed") report.passed++;
        else if (result.state === "failed") report.failed++;
        else report.skipped.push({ name: test.fullName, reason: reasonOf(result) });
      }
    }
    const file = process.env["LAMINA_TEST_REPORT"];
    if (file === undefined) throw new Error("LAMINA_TEST_REPORT names no file to write");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(report, null, 2));
  }
}

/**
 * @param {import("vitest/node").TestResult} result
 * @returns {string | undefined} why the test was skipped, where it says so
 */
function reasonOf(result) {
  return result.state === "skipped" ? result.note : undefined;
}

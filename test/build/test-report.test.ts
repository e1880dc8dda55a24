import { describe, expect, it } from "vitest";
import { fromPlaywright, summaryOf } from "../../build/test-report.mjs";
import { sum } from "../../build/steps.mjs";

function spec(title: string, status: string, ...reasons: string[]) {
  const annotations = reasons.map((description) => ({ type: "skip", description }));
  return { title, tests: [{ status, annotations }] };
}

describe("test reports", () => {
  it("counts Playwright's tests at any depth, a flaky one as failed", () => {
    const report = fromPlaywright({
      errors: [],
      suites: [
        {
          title: "a.test.ts",
          specs: [spec("opens", "expected"), spec("drops", "unexpected")],
          suites: [
            {
              title: "group",
              specs: [spec("converts", "flaky"), spec("prints", "skipped", "no printer here")],
            },
          ],
        },
      ],
    });
    expect(report).toEqual({
      passed: 1,
      failed: 2,
      skipped: [{ name: "prints", reason: "no printer here" }],
    });
  });

  it("counts an error outside any test as a failure", () => {
    expect(fromPlaywright({ suites: [], errors: [{}] }).failed).toBe(1);
  });

  it("ends with the totals alone on a line, after each skipped test and its reason", () => {
    const total = sum([
      { passed: 2, failed: 0, skipped: [{ name: "prints", reason: "no printer here" }] },
      { passed: 3, failed: 1, skipped: [{ name: "needs koffi" }] },
    ]);
    expect(summaryOf(total)).toEqual([
      "skipped: prints (no printer here)",
      "skipped: needs koffi",
      "5 passed, 1 failed, 2 skipped",
    ]);
  });
});

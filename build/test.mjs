// npm test: the checks, the cross checks, a build, and the end-to-end tests. The last line sums up all tests; a step
// without tests, such as lint, counts as one failure when it fails.

import { buildStep, checks, crossChecks, endToEnd, runStep, sum } from "./steps.mjs";
import { summaryOf } from "./test-report.mjs";

const reports = [...checks, crossChecks].map(runStep);
const built = runStep(buildStep);
reports.push(built);
if (built.failed === 0) reports.push(runStep(endToEnd));
else console.log(`\n── ${endToEnd.name}: not run, because the build failed`);

const total = sum(reports);
console.log(`\n${summaryOf(total).join("\n")}`);
process.exitCode = total.failed === 0 ? 0 : 1;

// npm test: the checks, the cross checks, a build, and the end-to-end tests. The last line sums up all tests; a step
// without tests, such as lint, counts as one failure when it fails.

import {
  buildStep,
  crossChecks,
  endToEnd,
  runStep,
  runTogether,
  staticChecks,
  sum,
  unitTests,
} from "./steps.mjs";
import { summaryOf } from "./test-report.mjs";

const reports = await runTogether(staticChecks);
reports.push(await runStep(unitTests), await runStep(crossChecks));
const built = await runStep(buildStep);
reports.push(built);
if (built.failed === 0) reports.push(await runStep(endToEnd));
else console.log(`\n── ${endToEnd.name}: not run, because the build failed`);

const total = sum(reports);
console.log(`\n${summaryOf(total).join("\n")}`);
process.exitCode = total.failed === 0 ? 0 : 1;

// npm test: unit tests, cross checks, a build, and the end-to-end tests, with the checks of the sources beside them.
// The last line sums up all tests; a step without tests, such as lint, counts as one failure when it fails.

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

const reports = [await runStep(unitTests), await runStep(crossChecks)];
const built = await runStep(buildStep);
reports.push(built);
// The window's tests wait for half of their time: what looks at the sources only has enough of what they leave.
const checks = runTogether(staticChecks, { aside: built.failed === 0 });
if (built.failed === 0) reports.push(await runStep(endToEnd));
else console.log(`\n── ${endToEnd.name}: not run, because the build failed`);
reports.push(...(await checks));

const total = sum(reports);
console.log(`\n${summaryOf(total).join("\n")}`);
process.exitCode = total.failed === 0 ? 0 : 1;

// npm run check: format, lint, types, dead code, layer table, unit tests.

import { runStep, runTogether, staticChecks, sum, unitTests } from "./steps.mjs";
import { summaryOf } from "./test-report.mjs";

const total = sum([...(await runTogether(staticChecks)), await runStep(unitTests)]);
console.log(`\n${summaryOf(total).join("\n")}`);
process.exitCode = total.failed === 0 ? 0 : 1;

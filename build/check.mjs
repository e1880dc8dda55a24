// npm run check: format, lint, types, dead code, layer table, unit tests.

import { checks, runStep, sum } from "./steps.mjs";
import { summaryOf } from "./test-report.mjs";

const total = sum(checks.map(runStep));
console.log(`\n${summaryOf(total).join("\n")}`);
process.exitCode = total.failed === 0 ? 0 : 1;

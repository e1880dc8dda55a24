// npm run endure: the random tests of changes in place, with as many rounds as are promised; `npm test` has
// no time for them. The last line sums up. LAMINA_SEED draws other images.

import { enduranceTests, runStep, sum } from "./steps.mjs";
import { summaryOf } from "./test-report.mjs";

process.env["LAMINA_ENDURE"] = "1";
const total = sum([await runStep(enduranceTests)]);
console.log(`\n${summaryOf(total).join("\n")}`);
process.exitCode = total.failed === 0 ? 0 : 1;

import type { ImageReport } from "../../../../shared/model/report";
import type { PreflightFinding, TargetChoice } from "../../../../shared/model/preflight";
import { diskSize, formatNotTaken, GiB, grownTo, virtualSize, type PurposeRules } from "./facts";

const fileName = "disk.raw";

function recommended(source: ImageReport): TargetChoice {
  const size = grownTo(virtualSize(source), GiB);
  return { format: "raw", options: {}, ...(size !== undefined && { size }), fileName };
}

/** Google Compute Engine: `disk.raw` of whole GiB in a tar.gz of the old GNU form. */
export const google: PurposeRules = {
  recommended,
  findings: (facts) => {
    const { source, target } = facts;
    const findings: PreflightFinding[] = formatNotTaken(facts, ["raw"], recommended(source));
    const size = diskSize(facts);
    const whole = grownTo(size, GiB);
    if (whole !== undefined)
      findings.push({
        id: "google-whole-gib",
        level: "stop",
        values: { size, whole },
        mend: { size: whole },
      });
    if (facts.fileName !== undefined && facts.fileName !== fileName)
      findings.push({
        id: "google-file-name",
        level: "warning",
        values: { name: facts.fileName, wanted: fileName },
        mend: { fileName },
      });
    if (source.inside?.table === "none")
      findings.push({ id: "no-partition-table", level: "warning" });
    if (target.format === "raw") findings.push({ id: "google-pack", level: "note" });
    return findings;
  },
};

import type { PreflightFinding, TargetChoice } from "../../../../shared/model/preflight";
import { firmwareFindings } from "./boot";
import { formatNotTaken, type PreflightFacts, type PurposeRules } from "./facts";

const best: TargetChoice = { format: "vdi", options: {} };

/** VirtualBox: its own VDI, and VMDK and VHD. */
export const virtualbox: PurposeRules = {
  recommended: () => best,
  findings: (facts) => [
    ...formatNotTaken(facts, ["vdi", "vmdk", "vpc", "vhdx"], best),
    ...formatFindings(facts),
    ...firmwareFindings(facts),
  ],
};

function formatFindings({ target }: PreflightFacts): PreflightFinding[] {
  if (target.format === "vhdx") return [{ id: "virtualbox-vhdx", level: "warning", mend: best }];
  // A copy with the UUIDs of its original cannot be registered beside it.
  if (["vdi", "vmdk", "vpc"].includes(target.format))
    return [{ id: "virtualbox-fresh-uuids", level: "good" }];
  return [];
}

import type { PreflightFinding, TargetChoice } from "../../../../shared/model/preflight";
import { alignmentFindings, firmwareFindings } from "./boot";
import { formatNotTaken, type PreflightFacts, type PurposeRules } from "./facts";

const adapter = { adapter_type: "lsilogic" };
const esxiBest: TargetChoice = {
  format: "vmdk",
  options: { subformat: "monolithicFlat", ...adapter },
};
const workstationBest: TargetChoice = {
  format: "vmdk",
  options: { subformat: "monolithicSparse", ...adapter },
};

function subformatOf({ target }: PreflightFacts): string {
  return String(target.options["subformat"] ?? "monolithicSparse");
}

/** An IDE disk needs an IDE controller, which hosts and newer hardware versions lack for disks. */
function adapterFindings({ target }: PreflightFacts): PreflightFinding[] {
  const { format, options } = target;
  if (format !== "vmdk" || (options["adapter_type"] ?? "ide") !== "ide") return [];
  return [{ id: "vmware-adapter", level: "note", mend: { options: { ...options, ...adapter } } }];
}

/** ESXi: only flat disks start; what hosted products write is imported first. */
export const vmwareEsxi: PurposeRules = {
  recommended: () => esxiBest,
  findings: (facts) => [
    ...formatNotTaken(facts, ["vmdk"], esxiBest),
    ...esxiSubformat(facts),
    ...adapterFindings(facts),
    ...firmwareFindings(facts),
    ...alignmentFindings(facts),
  ],
};

function esxiSubformat(facts: PreflightFacts): PreflightFinding[] {
  if (facts.target.format !== "vmdk") return [];
  const subformat = subformatOf(facts);
  if (subformat === "monolithicFlat") return [{ id: "esxi-flat", level: "good" }];
  const mend = { options: { ...facts.target.options, ...esxiBest.options } };
  const id = subformat === "streamOptimized" ? "esxi-stream-optimized" : "esxi-hosted";
  return [{ id, level: "warning", values: { subformat }, mend }];
}

/** Workstation, Player and Fusion: every hosted disk; a streamOptimized one only after its import. */
export const vmwareWorkstation: PurposeRules = {
  recommended: () => workstationBest,
  findings: (facts) => [
    ...formatNotTaken(facts, ["vmdk"], workstationBest),
    ...workstationSubformat(facts),
    ...adapterFindings(facts),
    ...firmwareFindings(facts),
  ],
};

function workstationSubformat(facts: PreflightFacts): PreflightFinding[] {
  if (facts.target.format !== "vmdk" || subformatOf(facts) !== "streamOptimized") return [];
  const mend = { options: { ...facts.target.options, ...workstationBest.options } };
  return [{ id: "workstation-stream-optimized", level: "warning", mend }];
}

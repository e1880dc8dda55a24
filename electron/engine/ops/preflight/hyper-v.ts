import type { PreflightFinding, TargetChoice } from "../../../../shared/model/preflight";
import { alignmentFindings, generationFindings, holdsLinux } from "./boot";
import { formatNotTaken, isFixed, type PreflightFacts, type PurposeRules } from "./facts";

const best: TargetChoice = { format: "vhdx", options: { subformat: "dynamic" } };

/** Generation 1 (BIOS): VHDX or VHD. */
export const hyperV1: PurposeRules = {
  recommended: () => best,
  findings: (facts) => [
    ...formatNotTaken(facts, ["vhdx", "vpc"], best),
    ...generationFindings(facts, 1, "hyper-v-2"),
    ...fileFindings(facts),
    ...alignmentFindings(facts),
  ],
};

/** Generation 2 (UEFI): VHDX only, with a GPT and an EFI system partition. */
export const hyperV2: PurposeRules = {
  recommended: () => best,
  findings: (facts) => [
    ...formatNotTaken(facts, ["vhdx"], best),
    ...generationFindings(facts, 2, "hyper-v-1"),
    ...secureBootFindings(facts),
    ...fileFindings(facts),
    ...alignmentFindings(facts),
  ],
};

/** Secure Boot is on at first, with a template that knows Windows only. */
export function secureBootFindings({ source }: PreflightFacts): PreflightFinding[] {
  return holdsLinux(source.inside) ? [{ id: "secure-boot-linux", level: "note" }] : [];
}

function fileFindings({ target, place }: PreflightFacts): PreflightFinding[] {
  const findings: PreflightFinding[] = [];
  if (target.format === "vpc") findings.push({ id: "hyper-v-vhd", level: "note", mend: best });
  // Hyper-V refuses a file that its file system keeps with holes.
  const own = target.format === "vhdx" || target.format === "vpc";
  if (own && isFixed(target) && place?.holes !== false) {
    const mend = { options: { ...target.options, subformat: "dynamic" } };
    findings.push({ id: "hyper-v-sparse-file", level: "warning", mend });
  }
  return findings;
}

import type { PreflightFinding, TargetChoice } from "../../../../shared/model/preflight";
import { firmwareFindings } from "./boot";
import { contentKinds, type PreflightFacts, type PurposeRules } from "./facts";

const best: TargetChoice = { format: "qcow2", options: {} };

/** KVM with libvirt: qcow2, or raw without snapshots. */
export const kvm: PurposeRules = {
  recommended: () => best,
  findings: (facts) => {
    const { format } = facts.target;
    const other = format !== "qcow2" && format !== "raw";
    return [
      ...(other
        ? [{ id: "kvm-other-format", level: "warning", values: { format }, mend: best } as const]
        : []),
      ...oldQcow2Findings(facts),
      ...firmwareFindings(facts),
      ...windowsDriverFindings(facts),
    ];
  },
};

/** Version 2 lacks what version 3 has; nothing that is made today needs it. */
export function oldQcow2Findings({ target }: PreflightFacts): PreflightFinding[] {
  const { format, options } = target;
  if (format !== "qcow2" || options["compat"] !== "0.10") return [];
  return [{ id: "qcow2-old", level: "note", mend: { options: { ...options, compat: "1.1" } } }];
}

/** Windows starts from a paravirtual disk only when it has that disk's driver. */
export function windowsDriverFindings({ source }: PreflightFacts): PreflightFinding[] {
  const kinds = contentKinds(source.inside);
  if (!kinds.has("ntfs") && !kinds.has("bitlocker")) return [];
  return [{ id: "windows-drivers", level: "note" }];
}

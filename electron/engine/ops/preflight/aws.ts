import type { PreflightFinding, TargetChoice } from "../../../../shared/model/preflight";
import { firmwareOf } from "./boot";
import {
  contentKinds,
  diskSize,
  formatNotTaken,
  TiB,
  type PreflightFacts,
  type PurposeRules,
} from "./facts";

const best: TargetChoice = { format: "vmdk", options: { subformat: "streamOptimized" } };

/** The largest EBS volume. */
const largestVolume = 64 * TiB;

/** AWS VM Import: a stream-optimized VMDK, VHD, VHDX or raw, with a partition table. */
export const aws: PurposeRules = {
  recommended: () => best,
  findings: (facts) => [
    ...formatNotTaken(facts, ["vmdk", "raw", "vpc", "vhdx"], best),
    ...subformatFindings(facts),
    ...insideFindings(facts),
  ],
};

function subformatFindings(facts: PreflightFacts): PreflightFinding[] {
  const { format, options } = facts.target;
  const findings: PreflightFinding[] = [];
  if (format === "vmdk" && options["subformat"] !== "streamOptimized") {
    const mend = { options: { ...options, ...best.options } };
    findings.push({ id: "aws-not-stream-optimized", level: "stop", mend });
  }
  const size = diskSize(facts);
  if (size > largestVolume)
    findings.push({
      id: "too-large-for-purpose",
      level: "stop",
      values: { size, limit: largestVolume },
    });
  return findings;
}

function insideFindings({ source }: PreflightFacts): PreflightFinding[] {
  const { inside } = source;
  const kinds = contentKinds(inside);
  const firmware = firmwareOf(inside);
  const findings: PreflightFinding[] = [];
  if (inside?.table === "none") findings.push({ id: "no-partition-table", level: "warning" });
  if (kinds.has("luks") || kinds.has("bitlocker"))
    findings.push({ id: "encrypted-volume", level: "warning" });
  if (firmware?.uefi === true && !firmware.bios)
    findings.push({ id: "aws-boot-mode", level: "note" });
  return findings;
}

import type { ImageReport } from "../../../../shared/model/report";
import type { PreflightFinding, TargetChoice } from "../../../../shared/model/preflight";
import { generationFindings } from "./boot";
import {
  contentKinds,
  diskSize,
  formatNotTaken,
  GiB,
  grownTo,
  MiB,
  virtualSize,
  type PreflightFacts,
  type PurposeRules,
} from "./facts";

/** The largest disk to start from, and the smallest that can be uploaded. */
const largestBootDisk = 4095 * GiB;
const smallestUpload = 20 * MiB;

function recommended(source: ImageReport): TargetChoice {
  const size = grownTo(virtualSize(source), MiB);
  return {
    format: "vpc",
    options: { subformat: "fixed" },
    ...(size !== undefined && { size }),
  };
}

/** Azure, generation 1 (BIOS): a fixed VHD of whole MiB, at most 2 TiB to start from. */
export const azure1: PurposeRules = {
  recommended,
  findings: (facts) => [
    ...vhdFindings(facts),
    ...generationFindings(facts, 1, "azure-2"),
    ...insideFindings(facts),
  ],
};

/** Azure, generation 2 (UEFI): a fixed VHD of whole MiB here too. */
export const azure2: PurposeRules = {
  recommended,
  findings: (facts) => [
    ...vhdFindings(facts),
    ...generationFindings(facts, 2, "azure-1"),
    ...insideFindings(facts),
  ],
};

function vhdFindings(facts: PreflightFacts): PreflightFinding[] {
  const { source, target } = facts;
  const findings = formatNotTaken(facts, ["vpc"], recommended(source));
  const fixed = { options: { ...target.options, subformat: "fixed" } };
  if (target.format === "vpc" && target.options["subformat"] !== "fixed")
    findings.push({ id: "azure-not-fixed", level: "stop", mend: fixed });
  const size = diskSize(facts);
  const whole = grownTo(size, MiB);
  if (whole !== undefined)
    findings.push({
      id: "azure-whole-mib",
      level: "stop",
      values: { size, whole },
      mend: { size: whole },
    });
  if (size > largestBootDisk)
    findings.push({
      id: "too-large-for-purpose",
      level: "warning",
      values: { size, limit: largestBootDisk },
    });
  if (size < smallestUpload)
    findings.push({
      id: "too-small-for-purpose",
      level: "stop",
      values: { size, limit: smallestUpload },
      mend: { size: smallestUpload },
    });
  return findings;
}

function insideFindings({ source }: PreflightFacts): PreflightFinding[] {
  const { inside } = source;
  const kinds = contentKinds(inside);
  const findings: PreflightFinding[] = [];
  if (kinds.has("swap")) findings.push({ id: "azure-swap", level: "note" });
  if (kinds.has("lvm2")) findings.push({ id: "azure-lvm", level: "note" });
  if (inside?.partitions.some(({ kind }) => kind === "windows-dynamic"))
    findings.push({ id: "windows-dynamic-disk", level: "warning" });
  return findings;
}

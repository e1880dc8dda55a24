import type { PreflightFinding, Purpose, TargetChoice } from "../../../../shared/model/preflight";
import { diskSize, isFixed, type PreflightFacts } from "./facts";
import { largestDisk } from "./limits";

/** What of the target's format and place matters whatever the purpose. */
export function targetFindings(facts: PreflightFacts, purpose: Purpose): PreflightFinding[] {
  return [...sizeFindings(facts, purpose), ...spaceFindings(facts), ...fileFindings(facts)];
}

function sizeFindings(facts: PreflightFacts, purpose: Purpose): PreflightFinding[] {
  const { target } = facts;
  const size = diskSize(facts);
  const limit = largestDisk(target);
  if (limit === undefined || size <= limit) return [];
  const mend = largerFormat(target, purpose);
  return [
    {
      id: "too-large-for-format",
      level: "stop",
      values: { format: target.format, size, limit },
      ...(mend && { mend }),
    },
  ];
}

/** The choice nearest to this one that takes larger disks, and that the purpose takes. */
function largerFormat(
  { format, options }: TargetChoice,
  purpose: Purpose,
): PreflightFinding["mend"] {
  if (purpose === "aws") return { format: "raw", options: {} };
  if (format === "vpc" && !purpose.startsWith("azure")) return { format: "vhdx", options };
  if (format === "qcow2") return { options: { ...options, cluster_size: 65536 } };
  if (format === "vmdk") return { options: { ...options, subformat: "monolithicFlat" } };
  return undefined;
}

/** Whether every byte of the disk takes space at once. */
function takesWhole({ target, place }: PreflightFacts): boolean {
  const preallocation = target.options["preallocation"] ?? "off";
  if (preallocation === "falloc" || preallocation === "full") return true;
  return isFixed(target) && place?.holes === false;
}

/** What it takes at once is told by the data: of that, zeros that were written will be left out. */
function spaceFindings(facts: PreflightFacts): PreflightFinding[] {
  const free = facts.place?.free;
  if (free === undefined) return [];
  const whole = takesWhole(facts);
  const most = diskSize(facts);
  const now = whole ? most : facts.source.throughChain;
  if (now !== undefined && now > free)
    return [{ id: "space-short", level: whole ? "stop" : "warning", values: { need: now, free } }];
  if (most > free) return [{ id: "space-later", level: "note", values: { need: most, free } }];
  return [];
}

function fileFindings(facts: PreflightFacts): PreflightFinding[] {
  const { place, target, source } = facts;
  const { holes, fileSystem = "" } = place ?? {};
  const size = diskSize(facts);
  const thin = !isFixed(target);
  const findings = lengthFindings(facts, thin ? source.throughChain : size);
  if (holes === false && !thin && size > (source.throughChain ?? size))
    findings.push({ id: "no-holes", level: "warning", values: { size, fileSystem } });
  return findings;
}

/** @param length Bytes that the file will have, or for a thin one at most; undefined when not known. */
function lengthFindings(facts: PreflightFacts, length: number | undefined): PreflightFinding[] {
  const { place, target } = facts;
  const { largestFile: limit, fileSystem = "" } = place ?? {};
  const size = diskSize(facts);
  const split = String(target.options["subformat"] ?? "").startsWith("twoGb");
  if (limit === undefined || split || size <= limit) return [];
  const mend = target.format === "vmdk" ? { mend: splitChoice(target) } : {};
  if (length === undefined || length <= limit) {
    const values = { limit, size, fileSystem };
    return [{ id: "file-limit-later", level: "note", values, ...mend }];
  }
  const level = isFixed(target) ? "stop" : "warning";
  return [{ id: "file-limit", level, values: { limit, size: length, fileSystem }, ...mend }];
}

/** The same disk in files of 2 GiB. */
function splitChoice(target: TargetChoice): PreflightFinding["mend"] {
  const subformat = isFixed(target) ? "twoGbMaxExtentFlat" : "twoGbMaxExtentSparse";
  return { options: { ...target.options, subformat } };
}

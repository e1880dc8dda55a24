import type { PreflightFinding, TargetChoice } from "../../../../shared/model/preflight";
import { diskSize, formatNotTaken, type PreflightFacts, type PurposeRules } from "./facts";

const best: TargetChoice = { format: "raw", options: {} };

/** A USB stick or a disk that the bytes are written to as they are. */
export const plainDisk: PurposeRules = {
  recommended: () => best,
  findings: (facts) => [
    ...formatNotTaken(facts, ["raw"], best),
    ...discFindings(facts),
    ...deviceFindings(facts),
  ],
};

/** An optical disc's image starts from a stick only when it has a partition table, too. */
function discFindings({ source }: PreflightFacts): PreflightFinding[] {
  const { inside } = source;
  if (inside === undefined) return [];
  const isDisc = inside.whole?.kind === "iso9660" || inside.whole?.kind === "udf";
  if (isDisc && inside.table === "none") return [{ id: "iso-not-hybrid", level: "warning" }];
  if (isDisc) return [{ id: "iso-hybrid", level: "good" }];
  return inside.table === "none" ? [{ id: "no-partition-table", level: "note" }] : [];
}

function deviceFindings(facts: PreflightFacts): PreflightFinding[] {
  const { device, source } = facts;
  const { inside } = source;
  const size = diskSize(facts);
  const findings: PreflightFinding[] = [];
  if (device === undefined) findings.push({ id: "device-size", level: "note", values: { size } });
  else if (size > device.size)
    findings.push({
      id: "device-too-small",
      level: "stop",
      values: { size, device: device.size },
    });
  // A table counts in sectors: on a disk with others its numbers point elsewhere.
  const table = inside?.table === "gpt" ? inside.sectorSize : 512;
  const sectors = device?.sectorSize ?? 512;
  if (inside !== undefined && inside.table !== "none" && table !== sectors)
    findings.push({
      id: "device-sectors",
      level: device === undefined ? "note" : "warning",
      values: { table, sectors },
    });
  return findings;
}

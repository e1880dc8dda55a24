import type { CheckResult } from "../../../../shared/model/check";
import { ImageError } from "../../errors";
import type { ByteSource } from "../../io/source";
import { createFindings, resultOf, type Findings } from "../findings";
import type { Gate } from "./described-extents";
import { readDescriptor } from "./descriptor";
import type { ExtentLine } from "./extent-line";
import { checkGrains, noGrains, type Grains } from "./check-grains";
import { readHeaderOrFooter } from "./hosted-extent";
import { sectorSize } from "./sector";
import { signatureOf } from "./signature";

/**
 * Checks a VMDK's extents: of sparse ones both grain directories and all tables, that every grain lies
 * in the file, and no two at one place; of flat ones that the file is as long as it must be. Extents of
 * VMware's servers are only told to be unchecked.
 * @throws ImageError as `readDescriptor`, `limit`, `io`.
 */
export function checkVmdk(source: ByteSource, gate: Gate): CheckResult {
  const findings = createFindings();
  const grains =
    signatureOf(source) === "descriptor"
      ? checkDescribed(source, gate, findings)
      : checkSparse(source, findings);
  return resultOf(findings, { imageEndOffset: source.size, ...grains });
}

/** One sparse extent. What keeps it from being looked at is a finding. */
function checkSparse(source: ByteSource, findings: Findings): Grains {
  if (signatureOf(source) !== "KDMV") {
    findings.add("error", 0, "extent-unchecked", () => ({ name: source.name }));
    return noGrains;
  }
  try {
    const header = readHeaderOrFooter(source);
    const { uncleanShutdown } = header;
    if (uncleanShutdown) findings.add("note", 72, "not-closed");
    return { ...checkGrains(source, header, findings), dirty: uncleanShutdown };
  } catch (error) {
    return told(error, findings);
  }
}

function told(error: unknown, findings: Findings): Grains {
  if (!(error instanceof ImageError) || error.code === "io") throw error;
  findings.addUnreadable(error);
  return noGrains;
}

function checkDescribed(source: ByteSource, gate: Gate, findings: Findings): Grains {
  const { extents } = readDescriptor(source, 0, source.size);
  let sum = noGrains;
  for (const line of extents) {
    const next = checkLine(source, line, gate, findings);
    sum = {
      totalClusters: sum.totalClusters + next.totalClusters,
      allocatedClusters: sum.allocatedClusters + next.allocatedClusters,
      compressedClusters: sum.compressedClusters + next.compressedClusters,
      dirty: sum.dirty || next.dirty,
    };
  }
  return sum;
}

function checkLine(from: ByteSource, line: ExtentLine, gate: Gate, findings: Findings): Grains {
  const { access, fileName, sectors, type, offset = 0 } = line;
  if (access === "NOACCESS" || fileName === undefined || sectors === 0) return noGrains;
  let extent: ByteSource;
  try {
    extent = gate.open({ role: "extent", name: fileName, from: from.name });
  } catch (error) {
    return told(error, findings);
  }
  try {
    if (!["FLAT", "VMFS"].includes(type.toUpperCase())) return checkSparse(extent, findings);
    const end = (offset + sectors) * sectorSize;
    if (end > extent.size)
      findings.add("corruption", extent.size, "extent-cut-off", () => ({
        name: fileName,
        size: end,
      }));
    return noGrains;
  } finally {
    extent.close();
  }
}

import type { PreflightFinding, TargetChoice } from "../../../../shared/model/preflight";
import { firmwareFindings } from "./boot";
import { formatNotTaken, type PreflightFacts, type PurposeRules } from "./facts";
import { windowsDriverFindings } from "./kvm";

const qcow2: TargetChoice = { format: "qcow2", options: {} };
const raw: TargetChoice = { format: "raw", options: {} };

/** Proxmox VE with a storage of files (directory, NFS, CIFS): qcow2 for its snapshots. */
export const proxmoxFiles: PurposeRules = {
  recommended: () => qcow2,
  findings: (facts) => [
    ...formatNotTaken(facts, ["qcow2", "raw", "vmdk"], qcow2),
    ...(facts.target.format === "qcow2" ? [] : withoutSnapshots(facts)),
    ...firmwareFindings(facts),
    ...windowsDriverFindings(facts),
  ],
};

function withoutSnapshots({ target }: PreflightFacts): PreflightFinding[] {
  const { format } = target;
  if (format !== "raw" && format !== "vmdk") return [];
  return [{ id: "proxmox-raw", level: "note", values: { format }, mend: qcow2 }];
}

/** Proxmox VE with a storage of blocks (LVM-thin, ZFS, Ceph): raw. */
export const proxmoxBlocks: PurposeRules = {
  recommended: () => raw,
  findings: (facts) => {
    const { format } = facts.target;
    return [
      ...(format === "raw"
        ? []
        : [{ id: "proxmox-blocks", level: "warning", values: { format }, mend: raw } as const]),
      ...firmwareFindings(facts),
      ...windowsDriverFindings(facts),
    ];
  },
};

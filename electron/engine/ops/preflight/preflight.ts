import type { PreflightResult, Purpose, TargetChoice } from "../../../../shared/model/preflight";
import type { ImageReport } from "../../../../shared/model/report";
import { aws } from "./aws";
import { azure1, azure2 } from "./azure";
import type { PreflightFacts, PurposeRules } from "./facts";
import { google } from "./google";
import { hyperV1, hyperV2 } from "./hyper-v";
import { kvm } from "./kvm";
import { openstackCeph, openstackFiles } from "./openstack";
import { plainDisk } from "./plain-disk";
import { proxmoxBlocks, proxmoxFiles } from "./proxmox";
import { sourceFindings } from "./source-findings";
import { targetFindings } from "./target-findings";
import { virtualbox } from "./virtualbox";
import { vmwareEsxi, vmwareWorkstation } from "./vmware";

const rules: Readonly<Record<Exclude<Purpose, "other">, PurposeRules>> = {
  kvm,
  "vmware-esxi": vmwareEsxi,
  "vmware-workstation": vmwareWorkstation,
  virtualbox,
  "hyper-v-1": hyperV1,
  "hyper-v-2": hyperV2,
  "azure-1": azure1,
  "azure-2": azure2,
  aws,
  google,
  "openstack-ceph": openstackCeph,
  "openstack-files": openstackFiles,
  "proxmox-files": proxmoxFiles,
  "proxmox-blocks": proxmoxBlocks,
  "plain-disk": plainDisk,
};

/** What the purpose takes best for this source; undefined for "other". */
export function recommendedTarget(purpose: Purpose, source: ImageReport): TargetChoice | undefined {
  return purpose === "other" ? undefined : rules[purpose].recommended(source);
}

/**
 * What to know before the source becomes this target for this purpose: first what the purpose says,
 * then the target, then the source. Pure: the same facts give the same findings.
 */
export function preflight(facts: PreflightFacts, purpose: Purpose): PreflightResult["findings"] {
  return [
    ...(purpose === "other" ? [] : rules[purpose].findings(facts)),
    ...targetFindings(facts, purpose),
    ...sourceFindings(facts),
  ];
}

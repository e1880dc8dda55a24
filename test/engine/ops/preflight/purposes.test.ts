import { describe, expect, it } from "vitest";
import { preflight } from "../../../../electron/engine";
import type { PreflightFacts } from "../../../../electron/engine/ops/preflight/facts";
import type { Inside } from "../../../../shared/model/inside";
import type { Purpose, TargetChoice } from "../../../../shared/model/preflight";
import {
  biosLinux,
  biosWindows,
  both,
  GiB,
  MiB,
  noTable,
  partition,
  report,
  target,
  TiB,
  uefiLinux,
} from "./disks";

/** What there is to say. */
function say(purpose: Purpose, facts: PreflightFacts): string[] {
  return preflight(facts, purpose).map(({ level, id }) => `${level} ${id}`);
}

interface Case {
  readonly purpose: Purpose;
  readonly target: TargetChoice;
  readonly inside?: Inside;
  /** Bytes of the disk. */
  readonly size?: number;
  readonly more?: Partial<PreflightFacts>;
  readonly says: readonly string[];
}

const vmdk = (subformat: string, adapter = "lsilogic"): TargetChoice =>
  target("vmdk", { subformat, adapter_type: adapter });
const fixedVhd = target("vpc", { subformat: "fixed" });
const dynamicVhdx = target("vhdx");

const cases: readonly Case[] = [
  // KVM
  { purpose: "kvm", target: target("qcow2"), inside: both, says: [] },
  { purpose: "kvm", target: target("raw"), inside: uefiLinux, says: ["note needs-uefi"] },
  {
    purpose: "kvm",
    target: target("vmdk"),
    inside: biosWindows,
    says: ["warning kvm-other-format", "note needs-bios", "note windows-drivers"],
  },
  { purpose: "kvm", target: target("qcow2", { compat: "0.10" }), says: ["note qcow2-old"] },

  // VMware
  { purpose: "vmware-esxi", target: vmdk("monolithicFlat"), says: ["good esxi-flat"] },
  { purpose: "vmware-esxi", target: vmdk("monolithicSparse"), says: ["warning esxi-hosted"] },
  { purpose: "vmware-esxi", target: vmdk("twoGbMaxExtentFlat"), says: ["warning esxi-hosted"] },
  {
    purpose: "vmware-esxi",
    target: vmdk("streamOptimized"),
    says: ["warning esxi-stream-optimized"],
  },
  {
    purpose: "vmware-esxi",
    target: target("vmdk"),
    inside: biosWindows,
    says: [
      "warning esxi-hosted",
      "note vmware-adapter",
      "note needs-bios",
      "note partition-not-aligned",
    ],
  },
  { purpose: "vmware-esxi", target: target("qcow2"), says: ["stop format-not-taken"] },
  { purpose: "vmware-workstation", target: vmdk("monolithicSparse"), says: [] },
  { purpose: "vmware-workstation", target: vmdk("twoGbMaxExtentSparse"), says: [] },
  {
    purpose: "vmware-workstation",
    target: vmdk("streamOptimized"),
    says: ["warning workstation-stream-optimized"],
  },
  {
    purpose: "vmware-workstation",
    target: vmdk("monolithicSparse"),
    size: 3 * TiB,
    says: ["stop too-large-for-format"],
  },

  // VirtualBox
  { purpose: "virtualbox", target: target("vdi"), says: ["good virtualbox-fresh-uuids"] },
  { purpose: "virtualbox", target: target("vhdx"), says: ["warning virtualbox-vhdx"] },
  { purpose: "virtualbox", target: target("qcow2"), says: ["stop format-not-taken"] },

  // Hyper-V
  { purpose: "hyper-v-1", target: dynamicVhdx, inside: biosLinux, says: [] },
  {
    purpose: "hyper-v-1",
    target: dynamicVhdx,
    inside: uefiLinux,
    says: ["warning bios-boot-missing"],
  },
  {
    purpose: "hyper-v-1",
    target: dynamicVhdx,
    inside: noTable,
    says: ["warning no-partition-table"],
  },
  { purpose: "hyper-v-1", target: target("vpc"), inside: both, says: ["note hyper-v-vhd"] },
  {
    purpose: "hyper-v-1",
    target: dynamicVhdx,
    inside: both,
    size: 3 * TiB,
    says: ["warning boot-past-2-tib"],
  },
  {
    purpose: "hyper-v-2",
    target: dynamicVhdx,
    inside: uefiLinux,
    says: ["note secure-boot-linux"],
  },
  {
    purpose: "hyper-v-2",
    target: dynamicVhdx,
    inside: biosWindows,
    says: ["warning efi-system-missing", "note partition-not-aligned"],
  },
  // UEFI alone is not enough: the table must be a GPT.
  {
    purpose: "hyper-v-2",
    target: dynamicVhdx,
    inside: { ...uefiLinux, table: "mbr" },
    says: ["warning efi-system-missing", "note secure-boot-linux"],
  },
  {
    purpose: "hyper-v-2",
    target: target("vpc"),
    says: ["stop format-not-taken", "note hyper-v-vhd"],
  },
  {
    purpose: "hyper-v-2",
    target: target("vhdx", { subformat: "fixed" }),
    says: ["warning hyper-v-sparse-file"],
  },
  {
    purpose: "hyper-v-2",
    target: target("vhdx", { subformat: "fixed" }),
    more: { place: { holes: false, fileSystem: "exFAT" } },
    says: ["warning no-holes"],
  },

  // Azure
  { purpose: "azure-1", target: fixedVhd, inside: biosWindows, says: [] },
  { purpose: "azure-1", target: fixedVhd, inside: biosLinux, says: ["note azure-swap"] },
  {
    purpose: "azure-2",
    target: fixedVhd,
    inside: biosWindows,
    says: ["warning efi-system-missing"],
  },
  { purpose: "azure-2", target: target("vpc"), says: ["stop azure-not-fixed"] },
  { purpose: "azure-2", target: target("vhdx"), says: ["stop format-not-taken"] },
  { purpose: "azure-2", target: fixedVhd, size: 40 * GiB + 512, says: ["stop azure-whole-mib"] },
  { purpose: "azure-2", target: fixedVhd, size: 19 * MiB, says: ["stop too-small-for-purpose"] },
  {
    purpose: "azure-2",
    target: fixedVhd,
    size: 4096 * GiB,
    says: ["warning too-large-for-purpose", "stop too-large-for-format"],
  },
  {
    purpose: "azure-1",
    target: fixedVhd,
    inside: { ...biosWindows, partitions: [partition(1, "windows-dynamic", "lvm2")] },
    says: ["note azure-lvm", "warning windows-dynamic-disk"],
  },

  // AWS
  { purpose: "aws", target: vmdk("streamOptimized"), inside: both, says: [] },
  { purpose: "aws", target: target("raw"), inside: uefiLinux, says: ["note aws-boot-mode"] },
  { purpose: "aws", target: target("vmdk"), says: ["stop aws-not-stream-optimized"] },
  { purpose: "aws", target: target("qcow2"), says: ["stop format-not-taken"] },
  { purpose: "aws", target: target("raw"), inside: noTable, says: ["warning no-partition-table"] },
  {
    purpose: "aws",
    target: target("raw"),
    inside: { ...biosLinux, partitions: [partition(1, "linux", "luks")] },
    size: 3 * TiB,
    says: ["warning encrypted-volume", "warning mbr-2-tib"],
  },
  { purpose: "aws", target: target("raw"), size: 65 * TiB, says: ["stop too-large-for-purpose"] },

  // Google
  { purpose: "google", target: target("raw"), inside: both, says: ["note google-pack"] },
  {
    purpose: "google",
    target: target("raw"),
    size: 40 * GiB + MiB,
    more: { fileName: "vm.raw" },
    says: ["stop google-whole-gib", "warning google-file-name", "note google-pack"],
  },
  { purpose: "google", target: target("vmdk"), says: ["stop format-not-taken"] },

  // OpenStack and Proxmox
  { purpose: "openstack-ceph", target: target("raw"), says: ["good ceph-raw"] },
  { purpose: "openstack-ceph", target: target("qcow2"), says: ["stop ceph-not-raw"] },
  { purpose: "openstack-files", target: target("qcow2"), says: [] },
  { purpose: "openstack-files", target: target("vmdk"), says: ["warning glance-other-format"] },
  {
    purpose: "openstack-files",
    target: target("qcow2", { compat: "0.10" }),
    says: ["note qcow2-old"],
  },
  { purpose: "proxmox-files", target: target("qcow2"), says: [] },
  { purpose: "proxmox-files", target: target("raw"), says: ["note proxmox-raw"] },
  { purpose: "proxmox-files", target: target("vhdx"), says: ["stop format-not-taken"] },
  { purpose: "proxmox-blocks", target: target("raw"), says: [] },
  { purpose: "proxmox-blocks", target: target("qcow2"), says: ["warning proxmox-blocks"] },

  // A stick
  {
    purpose: "plain-disk",
    target: target("raw"),
    inside: { ...biosLinux, whole: { kind: "iso9660" } },
    says: ["good iso-hybrid", "note device-size"],
  },
  {
    purpose: "plain-disk",
    target: target("raw"),
    inside: { ...noTable, whole: { kind: "iso9660" } },
    says: ["warning iso-not-hybrid", "note device-size"],
  },
  {
    purpose: "plain-disk",
    target: target("raw"),
    inside: noTable,
    more: { device: { size: 39 * GiB, sectorSize: 512 } },
    says: ["note no-partition-table", "stop device-too-small"],
  },
  {
    purpose: "plain-disk",
    target: target("raw"),
    inside: both,
    more: { device: { size: 40 * GiB, sectorSize: 4096 } },
    says: ["warning device-sectors"],
  },
  {
    purpose: "plain-disk",
    target: target("raw"),
    inside: { ...uefiLinux, sectorSize: 4096 },
    more: { device: { size: 40 * GiB, sectorSize: 4096 } },
    says: [],
  },
  {
    purpose: "plain-disk",
    target: target("qcow2"),
    says: ["stop format-not-taken", "note device-size"],
  },

  { purpose: "other", target: target("parallels"), inside: noTable, says: [] },
];

describe("what each purpose says", () => {
  it.each(cases.map((each) => [each.purpose, JSON.stringify(each.target), each] as const))(
    "%s of %s",
    (purpose, _, { target: choice, inside, size = 40 * GiB, more, says }) => {
      const source = report({ ...(inside && { inside }) }, { virtualSize: size });
      expect(say(purpose, { source, target: choice, ...more })).toEqual(says);
    },
  );
});

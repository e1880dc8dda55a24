import type { PartitionKind } from "../../../shared/model/inside";

/** Partition type bytes of an MBR that are commonly met. */
const mbrKinds: Readonly<Record<string, PartitionKind>> = {
  "01": "fat12",
  "04": "fat16",
  "05": "extended",
  "06": "fat16",
  "07": "ntfs-exfat",
  "0b": "fat32",
  "0c": "fat32",
  "0e": "fat16",
  "0f": "extended",
  "27": "windows-recovery",
  "41": "prep-boot",
  "42": "windows-dynamic",
  "82": "linux-swap",
  "83": "linux",
  "85": "extended",
  "8e": "linux-lvm",
  a5: "freebsd",
  ab: "apple-boot",
  af: "apple-hfs",
  e8: "linux-luks",
  ea: "linux-boot",
  ee: "protective",
  ef: "efi-system",
  fb: "vmware-vmfs",
  fc: "vmware-diagnostic",
  fd: "linux-raid",
};

/** Partition type GUIDs that are commonly met (UEFI specification 5.3.3 and their makers' own lists). */
const gptKinds: Readonly<Record<string, PartitionKind>> = {
  "c12a7328-f81f-11d2-ba4b-00a0c93ec93b": "efi-system",
  "21686148-6449-6e6f-744e-656564454649": "bios-boot",
  "9e1a2d38-c612-4316-aa26-8b49521e5a8b": "prep-boot",
  "e3c9e316-0b5c-4db8-817d-f92df00215ae": "microsoft-reserved",
  "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7": "microsoft-basic-data",
  "de94bba4-06d1-4d40-a16a-bfd50179d6ac": "windows-recovery",
  "5808c8aa-7e8f-42e0-85d2-e1e90434cfb3": "windows-dynamic",
  "af9b60a0-1431-4f62-bc68-3311714a69ad": "windows-dynamic",
  "0fc63daf-8483-4772-8e79-3d69d8477de4": "linux",
  "4f68bce3-e8cd-4db1-96e7-fbcaf984b709": "linux-root",
  "44479540-f297-41b2-9af7-d131d5f0458a": "linux-root",
  "b921b045-1df0-41c3-af44-4c6f280d3fae": "linux-root",
  "933ac7e1-2eb4-4f13-b844-0e14e2aef915": "linux-home",
  "bc13c2ff-59e6-4262-a352-b275fd6f7172": "linux-boot",
  "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f": "linux-swap",
  "e6d6d379-f507-44c2-a23c-238f2a3df928": "linux-lvm",
  "a19d880f-05fc-4d3b-a006-743f0f84911e": "linux-raid",
  "ca7d7ccb-63ed-4c53-861c-1742536059cc": "linux-luks",
  "48465300-0000-11aa-aa11-00306543ecac": "apple-hfs",
  "7c3457ef-0000-11aa-aa11-00306543ecac": "apple-apfs",
  "426f6f74-0000-11aa-aa11-00306543ecac": "apple-boot",
  "83bd6b9d-7f41-11dc-be0b-001560b84f0f": "freebsd",
  "516e7cb4-6ecf-11d6-8ff8-00022d09712b": "freebsd",
  "516e7cb5-6ecf-11d6-8ff8-00022d09712b": "freebsd",
  "516e7cb6-6ecf-11d6-8ff8-00022d09712b": "freebsd",
  "516e7cba-6ecf-11d6-8ff8-00022d09712b": "freebsd",
  "aa31e02a-400f-11db-9590-000c2911d1b8": "vmware-vmfs",
  "9d275380-40ad-11db-bf97-000c2911d1b8": "vmware-diagnostic",
};

/** What a partition type stands for. @param type As Partition.type. */
export function partitionKind(type: string): PartitionKind | undefined {
  const kinds = type.length === 2 ? mbrKinds : gptKinds;
  return Object.hasOwn(kinds, type) ? kinds[type] : undefined;
}

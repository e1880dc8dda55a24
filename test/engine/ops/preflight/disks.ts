import type { Content, Inside, Partition, PartitionKind } from "../../../../shared/model/inside";
import type { TargetChoice } from "../../../../shared/model/preflight";
import type { ImageReport, LayerReport } from "../../../../shared/model/report";

export const MiB = 2 ** 20;
export const GiB = 2 ** 30;
export const TiB = 2 ** 40;

/** A qcow2 image of 40 GiB with nothing special, 4 GiB of it data; what is on it is not known. */
export function report(
  changes: Partial<ImageReport> = {},
  layer: Partial<LayerReport> = {},
): ImageReport {
  const path = "/vms/disk.qcow2";
  const image: LayerReport = {
    path,
    format: "qcow2",
    virtualSize: 40 * GiB,
    fileLength: 5 * GiB,
    allocated: 5 * GiB,
    answers: 4 * GiB,
    holds: 4 * GiB,
    facts: { snapshots: [], bitmaps: [], details: [] },
    ...layer,
  };
  return {
    path,
    name: "disk.qcow2",
    folder: "/vms",
    layers: [image],
    own: { data: 4 * GiB, compressed: 0, compressedGuest: 0, rest: 0 },
    throughChain: 4 * GiB,
    ...changes,
  };
}

export function target(
  format: TargetChoice["format"],
  options: TargetChoice["options"] = {},
): TargetChoice {
  return { format, options };
}

/** A partition of 1 GiB; `start` is at whole MiB unless it is given in bytes. */
export function partition(
  number: number,
  kind: PartitionKind,
  content?: Content["kind"],
  start = number * GiB,
): Partition {
  return {
    number,
    start,
    length: GiB,
    type: "00",
    kind,
    bootable: false,
    ...(content && { content: { kind: content } }),
  };
}

const plain = { sectorSize: 512, findings: [] };

/** A Linux disk that starts by UEFI only. */
export const uefiLinux: Inside = {
  ...plain,
  table: "gpt",
  bootCode: false,
  partitions: [partition(1, "efi-system", "fat32"), partition(2, "linux", "ext4")],
};

/** A Linux disk that starts by BIOS only. */
export const biosLinux: Inside = {
  ...plain,
  table: "mbr",
  bootCode: true,
  partitions: [partition(1, "linux", "ext4"), partition(2, "linux-swap", "swap")],
};

/** A Windows disk that starts by BIOS only, its first partition where old Windows put it. */
export const biosWindows: Inside = {
  ...plain,
  table: "mbr",
  bootCode: true,
  partitions: [partition(1, "ntfs-exfat", "ntfs", 63 * 512)],
};

/** A cloud image that starts by both. */
export const both: Inside = {
  ...plain,
  table: "gpt",
  bootCode: true,
  partitions: [
    partition(1, "bios-boot"),
    partition(2, "efi-system", "fat32"),
    partition(3, "linux", "xfs"),
  ],
};

/** A file system without a partition table. */
export const noTable: Inside = {
  ...plain,
  table: "none",
  bootCode: false,
  whole: { kind: "ext4" },
  partitions: [],
};

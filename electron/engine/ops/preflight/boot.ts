import type { Inside } from "../../../../shared/model/inside";
import type { PreflightFinding } from "../../../../shared/model/preflight";
import { contentKinds, diskSize, TiB, type PreflightFacts } from "./facts";

/** Which firmware could start the disk, as far as its first sectors and partitions tell. */
export interface Firmware {
  readonly uefi: boolean;
  readonly bios: boolean;
}

/** Undefined for a disk without a partition table, or whose table could not be read. */
export function firmwareOf(inside: Inside | undefined): Firmware | undefined {
  if (inside === undefined || inside.table === "none" || inside.partitions.length === 0)
    return undefined;
  const has = (kind: string): boolean => inside.partitions.some((each) => each.kind === kind);
  return {
    uefi: has("efi-system"),
    // A GPT leaves no room for a boot loader's second stage but in a partition of its own.
    bios: inside.bootCode && (inside.table === "mbr" || has("bios-boot")),
  };
}

/** What a virtual machine must be set to, where the disk starts with one firmware only. */
export function firmwareFindings({ source }: PreflightFacts): PreflightFinding[] {
  const firmware = firmwareOf(source.inside);
  if (firmware?.uefi === true && !firmware.bios) return [{ id: "needs-uefi", level: "note" }];
  if (firmware?.bios === true && !firmware.uefi) return [{ id: "needs-bios", level: "note" }];
  return [];
}

const biosReach = 2 * TiB;

/**
 * What stands against starting from the disk in a machine of generation 1 (BIOS) or 2 (UEFI).
 * @param other The purpose that takes the other generation.
 */
export function generationFindings(
  facts: PreflightFacts,
  generation: 1 | 2,
  other: "hyper-v-1" | "hyper-v-2" | "azure-1" | "azure-2",
): PreflightFinding[] {
  const { inside } = facts.source;
  const firmware = firmwareOf(inside);
  const findings: PreflightFinding[] = [];
  if (inside?.table === "none") findings.push({ id: "no-partition-table", level: "warning" });
  const uefi = firmware?.uefi === true && inside?.table === "gpt";
  if (firmware !== undefined && generation === 2 && !uefi)
    findings.push({
      id: "efi-system-missing",
      level: "warning",
      ...(firmware.bios && { mend: { purpose: other } }),
    });
  if (firmware !== undefined && generation === 1 && !firmware.bios)
    findings.push({
      id: "bios-boot-missing",
      level: "warning",
      ...(firmware.uefi && { mend: { purpose: other } }),
    });
  const size = diskSize(facts);
  if (generation === 1 && size > biosReach)
    findings.push({
      id: "boot-past-2-tib",
      level: "warning",
      values: { size, limit: biosReach },
      mend: { purpose: other },
    });
  return findings;
}

const linuxKinds = ["ext2", "ext3", "ext4", "xfs", "btrfs", "swap", "lvm2"];

/** Whether a Linux system seems to be on the disk. */
export function holdsLinux(inside: Inside | undefined): boolean {
  const kinds = contentKinds(inside);
  return linuxKinds.some((kind) => kinds.has(kind));
}

/** Partitions whose first byte is not at a whole 4 KiB: every write of theirs becomes two. */
export function alignmentFindings({ source }: PreflightFacts): PreflightFinding[] {
  const crooked = (source.inside?.partitions ?? []).filter(
    ({ start, kind }) => start % 4096 !== 0 && kind !== "extended" && kind !== "protective",
  );
  const [first] = crooked;
  if (first === undefined) return [];
  return [
    {
      id: "partition-not-aligned",
      level: "note",
      values: { number: first.number, count: crooked.length },
    },
  ];
}

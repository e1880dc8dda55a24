import { z } from "zod";
import { formatIdSchema, optionValuesSchema } from "./format";

/** What a converted disk is for. "other" asks for no rules but the formats' own. */
export const purposeSchema = z.enum([
  "kvm",
  "vmware-esxi",
  "vmware-workstation",
  "virtualbox",
  "hyper-v-1",
  "hyper-v-2",
  "azure-1",
  "azure-2",
  "aws",
  "google",
  "openstack-ceph",
  "openstack-files",
  "proxmox-files",
  "proxmox-blocks",
  "plain-disk",
  "other",
]);
export type Purpose = z.infer<typeof purposeSchema>;

/** What to convert to. */
export const targetChoiceSchema = z.object({
  format: formatIdSchema,
  /** What is absent takes the format's default. */
  options: optionValuesSchema,
  /** Bytes to grow the disk to; absent when its size may stay. */
  size: z.number().optional(),
  /** The name that the file must have, where it must have one. */
  fileName: z.string().optional(),
});
export type TargetChoice = z.infer<typeof targetChoiceSchema>;

/** "stop": it will not work; "warning": it will work only under a condition; "note": worth knowing. */
export const findingLevelSchema = z.enum(["good", "note", "warning", "stop"]);

export const preflightFindingIdSchema = z.enum([
  "chain-flattened",
  "chain-broken",
  "source-unreadable",
  "source-encrypted",
  "source-corrupt",
  "source-dirty",
  "source-holds-mark",
  "source-header-missing",
  "source-in-use-unknown",
  "source-in-use",
  "source-in-use-hidden",
  "snapshots-left",
  "bitmaps-left",
  "not-whole-sectors",
  "table-damaged",
  "gpt-backup-not-at-end",
  "disk-cut-off",
  "mbr-2-tib",
  "too-large-for-format",
  "space-short",
  "space-later",
  "file-limit",
  "file-limit-later",
  "no-holes",
  "format-not-taken",
  "too-large-for-purpose",
  "too-small-for-purpose",
  "no-partition-table",
  "partition-not-aligned",
  "needs-uefi",
  "needs-bios",
  "kvm-other-format",
  "qcow2-old",
  "windows-drivers",
  "esxi-flat",
  "esxi-hosted",
  "esxi-stream-optimized",
  "vmware-adapter",
  "workstation-stream-optimized",
  "virtualbox-fresh-uuids",
  "virtualbox-vhdx",
  "hyper-v-sparse-file",
  "hyper-v-vhd",
  "boot-past-2-tib",
  "efi-system-missing",
  "bios-boot-missing",
  "secure-boot-linux",
  "azure-not-fixed",
  "azure-whole-mib",
  "azure-swap",
  "azure-lvm",
  "windows-dynamic-disk",
  "aws-not-stream-optimized",
  "aws-boot-mode",
  "encrypted-volume",
  "google-whole-gib",
  "google-pack",
  "google-file-name",
  "ceph-raw",
  "ceph-not-raw",
  "glance-other-format",
  "proxmox-raw",
  "proxmox-blocks",
  "iso-hybrid",
  "iso-not-hybrid",
  "device-too-small",
  "device-size",
  "device-sectors",
]);

/** One thing to know before a conversion. */
export const preflightFindingSchema = z.object({
  /** Key of its text in the catalogs. */
  id: preflightFindingIdSchema,
  level: findingLevelSchema,
  /** What the text names: words as they are, `count` and `number` as numbers, all other numbers in bytes. */
  values: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  /** What to choose instead so that it is well. */
  mend: targetChoiceSchema
    .pick({ format: true, options: true, size: true, fileName: true })
    .partial()
    .extend({ purpose: purposeSchema.optional() })
    .optional(),
});
export type PreflightFinding = z.infer<typeof preflightFindingSchema>;

/** What a purpose asks for, and how a choice of target meets it. */
export const preflightResultSchema = z.object({
  /** What this purpose takes best; absent for "other". */
  recommended: targetChoiceSchema.optional(),
  findings: z.array(preflightFindingSchema),
});
export type PreflightResult = z.infer<typeof preflightResultSchema>;

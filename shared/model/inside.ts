import { z } from "zod";

/** What a stretch of a disk holds, told by its first bytes. */
export const contentKindSchema = z.enum([
  "ext2",
  "ext3",
  "ext4",
  "xfs",
  "btrfs",
  "swap",
  "lvm2",
  "luks",
  "ntfs",
  "bitlocker",
  "refs",
  "fat12",
  "fat16",
  "fat32",
  "exfat",
  "iso9660",
  "udf",
  "apfs",
  "hfs-plus",
]);

/** A file system, or what stands in the place of one. */
export const contentSchema = z.object({
  kind: contentKindSchema,
  /** As its maker named it. */
  label: z.string().optional(),
  /** Bytes that it says it spans; absent when it does not say. */
  size: z.number().optional(),
});
export type Content = z.infer<typeof contentSchema>;

/** What a partition's type stands for, where it is a common one. */
export const partitionKindSchema = z.enum([
  "efi-system",
  "bios-boot",
  "prep-boot",
  "microsoft-reserved",
  "microsoft-basic-data",
  "windows-recovery",
  "windows-dynamic",
  "linux",
  "linux-root",
  "linux-home",
  "linux-boot",
  "linux-swap",
  "linux-lvm",
  "linux-raid",
  "linux-luks",
  "fat12",
  "fat16",
  "fat32",
  "ntfs-exfat",
  "extended",
  "protective",
  "apple-hfs",
  "apple-apfs",
  "apple-boot",
  "freebsd",
  "vmware-vmfs",
  "vmware-diagnostic",
]);
export type PartitionKind = z.infer<typeof partitionKindSchema>;

/** One partition as its table tells it. Offsets and lengths in bytes. */
export const partitionSchema = z.object({
  /** From 1; logical partitions of an MBR from 5. */
  number: z.number(),
  start: z.number(),
  length: z.number(),
  /** Two hexadecimal digits (MBR, "83") or a GUID in lower case (GPT). */
  type: z.string(),
  kind: partitionKindSchema.optional(),
  /** The name in a GPT; absent when it is empty. */
  name: z.string().optional(),
  /** The active flag of an MBR, or a GPT's legacy BIOS bootable attribute. */
  bootable: z.boolean(),
  /** Absent when nothing known was found there. */
  content: contentSchema.optional(),
});
export type Partition = z.infer<typeof partitionSchema>;

/** Something about the tables that is not as it should be. */
export const insideFindingSchema = z.object({
  id: z.enum([
    "gpt-damaged",
    "gpt-primary-damaged",
    "gpt-backup-damaged",
    "gpt-backup-missing",
    "gpt-backup-not-at-end",
    "gpt-no-protective-mbr",
    "gpt-stale",
    "hybrid-mbr",
    "mbr-extended-damaged",
    "partition-past-end",
    "partitions-overlap",
    "content-past-end",
    "partition-unreadable",
    "more-partitions",
  ]),
  /** The partition that it is about, by its number. */
  partition: z.number().optional(),
  /** Byte offset on the disk that it is about. */
  at: z.number().optional(),
});
export type InsideFinding = z.infer<typeof insideFindingSchema>;

/** What is on a disk as its guest sees it: the partition table and what the partitions hold. */
export const insideSchema = z.object({
  table: z.enum(["gpt", "mbr", "none"]),
  /** Bytes of the sectors in which the table counts: 512 or 4096. */
  sectorSize: z.number(),
  /** Whether the first sector holds code for a BIOS to start. */
  bootCode: z.boolean(),
  /** What begins at the disk's first byte: a disk without a table, or a disc that also has one. */
  whole: contentSchema.optional(),
  partitions: z.array(partitionSchema),
  findings: z.array(insideFindingSchema),
});
export type Inside = z.infer<typeof insideSchema>;

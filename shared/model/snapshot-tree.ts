import { z } from "zod";

/** One snapshot in the tree, or the disk as it is now. All sizes in bytes. */
export const snapshotNodeSchema = z.object({
  /** Its place in the snapshot table, from 0; null for the disk as it is now. */
  index: z.int().nonnegative().nullable(),
  /** Empty for the disk as it is now. */
  id: z.string(),
  name: z.string(),
  /** Seconds since 1970-01-01 UTC; absent for the disk as it is now. */
  dateSeconds: z.number().optional(),
  vmStateSize: z.number(),
  /** The disk's size then. */
  diskSize: z.number(),
  /**
   * What deleting it alone gives back; for the disk as it is now, what no snapshot keeps of it. Absent
   * where the image must be repaired before anybody can tell.
   */
  exclusiveBytes: z.number().optional(),
  /** Clusters stored once for it and its parent, and those of it that the parent has not. */
  sharedWithParent: z.number(),
  own: z.number(),
  /** The parent's place in the list of nodes; null when there is none. */
  parent: z.int().nonnegative().nullable(),
  /** How sure that parent is, 0 to 1. */
  confidence: z.number(),
  /** What says so: the clusters that both share, or libvirt's note of the snapshot. */
  evidence: z.enum(["clusters", "libvirt", "none"]),
});
export type SnapshotNode = z.infer<typeof snapshotNodeSchema>;

/** The snapshots of an image as a tree: in the snapshot table's order, the disk as it is now last. */
export const snapshotTreeSchema = z.object({
  nodes: z.array(snapshotNodeSchema).min(1),
  /** Why no parent could be worked out: too many snapshots. */
  tooMany: z.boolean(),
});
export type SnapshotTree = z.infer<typeof snapshotTreeSchema>;

/** Stretches of the disk that differ between two of its states; sizes in bytes. */
export const changedRangesSchema = z.object({
  /** The larger of both disks. */
  size: z.number(),
  /** Sum of all that differs. */
  changed: z.number(),
  /** In ascending order, none touching the next; the longest when there are too many for the list. */
  ranges: z.array(z.object({ at: z.number(), length: z.number() })),
  /** Ranges that are not in the list. */
  moreRanges: z.number(),
});
export type ChangedRanges = z.infer<typeof changedRangesSchema>;

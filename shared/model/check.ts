import { z } from "zod";

/** What a check can find; the window has a text for each. */
export const checkFindingIdSchema = z.enum([
  "refcount-differs",
  "refcount-unreadable",
  "refcount-overflow",
  "refcount-entry-reserved-bits",
  "refcount-block-unaligned",
  "refcount-block-outside",
  "refcount-block-overlaps",
  "reference-past-end",
  "l1-reserved-bits",
  "l1-copied-flag",
  "l2-reserved-bits",
  "l2-copied-flag",
  "l2-table-unaligned",
  "cluster-unaligned",
  "compressed-copied-flag",
  "compressed-with-data-file",
  "compressed-subclusters",
  "subcluster-without-place",
  "subcluster-allocated-and-zero",
  "snapshot-table-cut-off",
  "snapshot-table-damaged",
  "snapshot-l1-unaligned",
  "snapshot-l1-too-large",
  "bitmap-directory-damaged",
  "bitmap-entry-damaged",
  "header-damaged",
  "region-table-damaged",
  "log-not-replayed",
  "part-unreadable",
  "block-past-end",
  "block-state",
  "block-shared",
  "block-count-differs",
  "blocks-overlap",
  "block-over-headers",
  "block-over-log",
  "block-over-bat",
  "block-over-metadata",
  "block-over-footer-copy",
  "block-over-dynamic-header",
  "block-over-table",
  "sector-bitmap-past-end",
  "sector-bitmap-overlaps",
  "file-cut-off",
  "footer-at-end-damaged",
  "footer-checksum",
  "footer-copy-damaged",
  "footer-copy-differs",
  "dynamic-header-checksum",
  "not-closed",
  "extent-unchecked",
  "extent-cut-off",
  "grain-directory-outside",
  "redundant-grain-directory-outside",
  "grain-table-outside",
  "redundant-grain-table-outside",
  "grain-tables-differ",
  "grain-past-end",
  "grains-overlap",
]);
export type CheckFindingId = z.infer<typeof checkFindingIdSchema>;

/** One thing that a check found. */
export const checkFindingSchema = z.object({
  /**
   * `corruption` may lose data, `leak` only takes space, `error` kept a part from being checked, and
   * `note` harms nothing by itself.
   */
  kind: z.enum(["corruption", "leak", "error", "note"]),
  /** Key of its text in the catalogs. */
  id: checkFindingIdSchema,
  /**
   * What the text names: `offset` and `size` in bytes, `code` an error code of the engine, `entry` in
   * hexadecimal, other numbers as they are.
   */
  values: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  /** What is wrong, as an English sentence without its end. */
  text: z.string(),
  /** Byte offset in the file of the entry, table or cluster that it is about. */
  at: z.number(),
});
export type CheckFinding = Readonly<z.infer<typeof checkFindingSchema>>;

/** What the check of an image came to; counts as `qemu-img check` counts them. */
export const checkResultSchema = z.object({
  checkErrors: z.number(),
  corruptions: z.number(),
  leaks: z.number(),
  /** Byte behind the last cluster that is used or counted as used. */
  imageEndOffset: z.number(),
  /** Clusters of the disk; those with a place, out of order, and compressed. */
  totalClusters: z.number(),
  allocatedClusters: z.number(),
  fragmentedClusters: z.number(),
  compressedClusters: z.number(),
  /** The marks in the header. */
  dirty: z.boolean(),
  corrupt: z.boolean(),
  /** The first thousand findings, in no order of weight. */
  findings: z.array(checkFindingSchema).readonly(),
  /** Findings that are not in the list. */
  moreFindings: z.number(),
});
export type CheckResult = Readonly<z.infer<typeof checkResultSchema>>;

/** What a repair has mended, and what is left. */
export const repairResultSchema = z.object({
  before: checkResultSchema,
  /** As `before` when nothing was mended. */
  after: checkResultSchema,
});

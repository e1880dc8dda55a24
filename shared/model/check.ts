import { z } from "zod";

/** One thing that a check found. */
export const checkFindingSchema = z.object({
  /**
   * `corruption` may lose data, `leak` only takes space, `error` kept a part from being checked, and
   * `note` harms nothing by itself.
   */
  kind: z.enum(["corruption", "leak", "error", "note"]),
  /** What is wrong, as a sentence without its end. */
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

/** One thing that a check found. */
export interface CheckFinding {
  /**
   * `corruption` may lose data, `leak` only takes space, `error` kept a part from being checked, and
   * `note` harms nothing by itself.
   */
  readonly kind: "corruption" | "leak" | "error" | "note";
  /** What is wrong, as a sentence without its end. */
  readonly text: string;
  /** Byte offset in the file of the entry, table or cluster that it is about. */
  readonly at: number;
}

/** What the check of an image came to; counts as `qemu-img check` counts them. */
export interface CheckResult {
  readonly checkErrors: number;
  readonly corruptions: number;
  readonly leaks: number;
  /** Byte behind the last cluster that is used or counted as used. */
  readonly imageEndOffset: number;
  /** Clusters of the disk; those with a place, out of order, and compressed. */
  readonly totalClusters: number;
  readonly allocatedClusters: number;
  readonly fragmentedClusters: number;
  readonly compressedClusters: number;
  /** The marks in the header. */
  readonly dirty: boolean;
  readonly corrupt: boolean;
  /** The first thousand findings, in no order of weight. */
  readonly findings: readonly CheckFinding[];
  /** Findings that are not in the list. */
  readonly moreFindings: number;
}

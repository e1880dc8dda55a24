/** An image in a base's folder that stands on it. */
export interface Dependent {
  readonly path: string;
  readonly format: string;
  /** The base's name as the image wrote it. */
  readonly namedAs: string;
}

/** What a look for the images that stand on a base came to. */
export interface Dependents {
  readonly images: readonly Dependent[];
  /** Files of the folder that were not looked at, because there are too many. */
  readonly complete: boolean;
}

/** An internal snapshot whose disk would read otherwise. */
export interface ChangedSnapshot {
  /** Of the image that has it. */
  readonly path: string;
  /** Its place in that image's snapshot table, from 0. */
  readonly index: number;
  readonly id: string;
  readonly name: string;
}

/** What a change of a chain would do, told before anything is written. Sizes in bytes. */
export interface ChangeConsequences {
  /** Path of the image that data is written to. */
  readonly writesTo: string;
  /** Guest data that is written. */
  readonly copied: number;
  /** Guest bytes that become zeros without being written. */
  readonly zeroed: number;
  /** What the file may get longer by, at most. */
  readonly space: number;
  /** What the file's folder has left; absent when the host cannot say. */
  readonly free?: number;
  /** The disk that is written to gets this size; absent when it keeps its own. */
  readonly grownTo?: number;
  /** Refused unless forced when there are any. */
  readonly changedSnapshots: readonly ChangedSnapshot[];
  /** Images outside the chain that would read otherwise. Refused unless forced when there are any. */
  readonly dependents: readonly Dependent[];
  /** False when the folder has more files than were looked at. */
  readonly dependentsComplete: boolean;
  /** Files of the chain that are worth nothing afterwards, or read otherwise. */
  readonly outdated: readonly string[];
  /** Snapshots of the image that is written to; they stay as they are. */
  readonly keptSnapshots: number;
  /**
   * "not-needed": what every guest reads stays the same, and nothing is lost; "rebase": the way back is
   * another rebase; "impossible": a copy of the image that is written to is the only way back.
   */
  readonly undo: "not-needed" | "rebase" | "impossible";
}

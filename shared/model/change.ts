import { z } from "zod";
import { formatIdSchema } from "./format";

const path = z.string().min(1).max(32_768);
/** Stretches of a disk in bytes, ascending, rounded outwards to what a picture shows. */
const ranges = z.array(z.object({ at: z.number(), length: z.number() })).readonly();

/** An image in a base's folder that stands on it. */
export const dependentSchema = z.object({
  path: z.string(),
  format: z.string(),
  /** The base's name as the image wrote it. */
  namedAs: z.string(),
});
export type Dependent = Readonly<z.infer<typeof dependentSchema>>;

/** What a look for the images that stand on a base came to. */
export const dependentsSchema = z.object({
  images: z.array(dependentSchema).readonly(),
  /** False when files of the folder were not looked at, because there are too many. */
  complete: z.boolean(),
});
export type Dependents = Readonly<z.infer<typeof dependentsSchema>>;

/** An internal snapshot whose disk would read otherwise. */
const changedSnapshotSchema = z.object({
  /** Of the image that has it. */
  path: z.string(),
  /** Its place in that image's snapshot table, from 0. */
  index: z.number(),
  id: z.string(),
  name: z.string(),
});
export type ChangedSnapshot = Readonly<z.infer<typeof changedSnapshotSchema>>;

/** What a change of a chain would do, told before anything is written. Sizes in bytes. */
export const changeConsequencesSchema = z.object({
  /** Path of the image that data is written to. */
  writesTo: z.string(),
  /** Guest data that is written. */
  copied: z.number(),
  /** Guest bytes that become zeros without being written. */
  zeroed: z.number(),
  /** Where on the disk both of these lie. */
  written: ranges,
  /** What the file may get longer by, at most. */
  space: z.number(),
  /** What the file's folder has left; absent when the host cannot say. */
  free: z.number().optional(),
  /** The disk that is written to gets this size; absent when it keeps its own. */
  grownTo: z.number().optional(),
  /** Refused unless forced when there are any. */
  changedSnapshots: z.array(changedSnapshotSchema).readonly(),
  /** Images outside the chain that would read otherwise. Refused unless forced when there are any. */
  dependents: z.array(dependentSchema).readonly(),
  /** False when the folder has more files than were looked at. */
  dependentsComplete: z.boolean(),
  /** Files of the chain that are worth nothing afterwards, or read otherwise. */
  outdated: z.array(z.string()).readonly(),
  /** Snapshots of the image that is written to; they stay as they are. */
  keptSnapshots: z.number(),
  /**
   * "not-needed": what every guest reads stays the same, and nothing is lost; "rebase": the way back is
   * another rebase; "impossible": a copy of the image that is written to is the only way back.
   */
  undo: z.enum(["not-needed", "rebase", "impossible"]),
});
export type ChangeConsequences = Readonly<z.infer<typeof changeConsequencesSchema>>;

/** How much of what a larger disk gets takes space at once. */
const preallocationSchema = z.enum(["off", "metadata", "falloc", "full"]);

/** A change of one image, or of its chain, in place. `path` is the image on the page. */
export const imageChangeSchema = z.discriminatedUnion("kind", [
  /** Copies what the image reads from its chain into it: it stands alone then. */
  z.object({ kind: z.literal("flatten"), path }),
  /** Puts it on another base and copies into it what the two bases have different. */
  z.object({ kind: z.literal("rebase"), path, base: path }),
  /** Writes its data into the layer at `depth` of its chain; `empty` lets go of it then. */
  z.object({
    kind: z.literal("commit"),
    path,
    depth: z.int().positive(),
    empty: z.boolean(),
  }),
  /** Takes the layer at `depth` out of the chain: its data goes into the one below or the one above. */
  z.object({
    kind: z.literal("merge"),
    path,
    depth: z.int().positive(),
    into: z.enum(["below", "above"]),
  }),
  /** Gives back clusters that hold nothing but zeros. */
  z.object({ kind: z.literal("punch"), path }),
  /** Does so, and writes the file anew without gaps. */
  z.object({ kind: z.literal("compact"), path }),
  /** Another virtual size in bytes. */
  z.object({
    kind: z.literal("resize"),
    path,
    size: z.int().positive(),
    preallocation: preallocationSchema,
  }),
  /** What qcow2's header says; what is absent stays. */
  z.object({
    kind: z.literal("amend"),
    path,
    version: z.enum(["2", "3"]).optional(),
    lazyRefcounts: z.boolean().optional(),
    refcountBits: z.int().min(1).max(64).optional(),
  }),
]);
export type ImageChange = Readonly<z.infer<typeof imageChangeSchema>>;

/** What is shown of a change before it is made. */
export const changeOutlookSchema = changeConsequencesSchema.extend({
  /** Bytes of data that the disk loses; only for one that gets smaller. */
  lost: z.number().optional(),
  /** The chain as it is afterwards, the image first, with where each file holds data. */
  chain: z.array(z.object({ path: z.string(), holds: ranges })).readonly(),
  /** Virtual size of the image afterwards, in bytes. */
  size: z.number(),
  /** The format of the image itself. */
  format: formatIdSchema,
});
export type ChangeOutlook = Readonly<z.infer<typeof changeOutlookSchema>>;

/** How a file that was written to looks to its own check afterwards. */
export const changeCheckSchema = z.object({
  path: z.string(),
  corruptions: z.number(),
  leaks: z.number(),
  checkErrors: z.number(),
});

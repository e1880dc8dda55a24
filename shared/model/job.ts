import { z } from "zod";
import { formatIdSchema, optionValuesSchema } from "./format";
import { salvagedSchema, verificationSchema } from "./receipt";
import { failureSchema } from "./report";

/** What a conversion is asked to do. */
export const convertRequestSchema = z.object({
  source: z.string(),
  /** Images that lie behind the source on the disk, in this order. */
  behind: z.array(z.string()).max(64).optional(),
  /** The internal snapshot of the source to read, by its place in the snapshot table, from 0. */
  snapshot: z.int().nonnegative().optional(),
  /** Opens an encrypted source. It is never logged, shown or kept. */
  passphrase: z.string().optional(),
  /** The disk to read of a source that holds several, by its name in there. */
  member: z.string().optional(),
  /** The source's format; told by its bytes when absent. */
  sourceFormat: formatIdSchema.optional(),
  /** Virtual size in bytes to grow to: whole sectors, not below the source's. */
  size: z.int().positive().optional(),
  /** Make zeros of what cannot be read of the source, and list it. */
  salvage: z.boolean().optional(),
  target: z.string(),
  format: formatIdSchema,
  options: optionValuesSchema,
  /** Store the data compressed; only for a format that compresses. */
  compress: z.boolean(),
  /** Write the whole disk, zeros too. */
  keepZeros: z.boolean().optional(),
  /** Copy the image itself only, and name its backing file in the new one. */
  keepBacking: z.boolean().optional(),
  /** Read both sides when the image is complete, and compare them. */
  verify: z.boolean(),
  /** Replace the target when it is there already: only on the user's explicit yes. */
  replace: z.boolean(),
});
export type ConvertRequest = z.infer<typeof convertRequestSchema>;

/** What a new, empty image shall be. */
export const createRequestSchema = z.object({
  target: z.string(),
  format: formatIdSchema,
  /** Virtual size in bytes. */
  size: z.int().nonnegative(),
  options: optionValuesSchema,
  /** The image that it stands on; only for a format with backing files. */
  base: z.string().optional(),
  /** Replace the target when it is there already: only on the user's explicit yes. */
  replace: z.boolean(),
});
export type CreateRequest = z.infer<typeof createRequestSchema>;

/** What a job of the queue is asked to do; a conversion has a source. */
export type JobRequest = ConvertRequest | CreateRequest;

/** What came of a job; sizes in bytes. */
export const jobResultSchema = z.object({
  /** Of all files of the new image. */
  fileLength: z.number(),
  /** Taken on this host; absent where the host cannot say. */
  allocated: z.number().optional(),
  virtualSize: z.number(),
  sources: z.array(z.object({ path: z.string(), fileLength: z.number() })),
  /** Absent when it was not asked for, or given up, and where the source was changed meanwhile. */
  verification: verificationSchema.optional(),
  salvaged: salvagedSchema.optional(),
  /** Files of the source that were written to while it was read; absent when none was. */
  sourceChanged: z.array(z.string()).min(1).optional(),
});
export type JobResult = z.infer<typeof jobResultSchema>;

/** One long operation, as the jobs bar shows it. Sizes in bytes. */
export const jobSchema = z.object({
  id: z.string(),
  kind: z.enum(["convert", "create"]),
  /** What is converted; absent for a new image. */
  source: z.string().optional(),
  target: z.string(),
  format: formatIdSchema,
  state: z.enum(["waiting", "running", "paused", "done", "failed", "cancelled"]),
  phase: z.enum(["copying", "verifying"]),
  /**
   * Bytes worked through in this phase so far, and in all; `total` is 0 until that is known. While
   * copying they are bytes of data.
   */
  done: z.number(),
  total: z.number(),
  /** Bytes a second over the last seconds; absent until known. */
  speed: z.number().optional(),
  /** Seconds left; absent until known. */
  secondsLeft: z.number().optional(),
  failure: failureSchema.optional(),
  /** The same job as a command line. */
  command: z.string(),
  result: jobResultSchema.optional(),
  /** The receipt that was kept of it. */
  receiptId: z.string().optional(),
});
export type Job = z.infer<typeof jobSchema>;

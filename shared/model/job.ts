import { z } from "zod";
import { formatIdSchema, optionValuesSchema } from "./format";
import { failureSchema } from "./report";

/** What a conversion is asked to do. */
export const convertRequestSchema = z.object({
  source: z.string(),
  target: z.string(),
  format: formatIdSchema,
  options: optionValuesSchema,
  /** Store the data compressed; only for a format that compresses. */
  compress: z.boolean(),
  /** Replace the target when it is there already: only on the user's explicit yes. */
  replace: z.boolean(),
});
export type ConvertRequest = z.infer<typeof convertRequestSchema>;

/** One long operation, as the jobs bar shows it. Sizes in bytes. */
export const jobSchema = z.object({
  id: z.string(),
  kind: z.literal("convert"),
  source: z.string(),
  target: z.string(),
  format: formatIdSchema,
  state: z.enum(["waiting", "running", "done", "failed", "cancelled"]),
  /** Bytes of data read so far, and in all; `total` is 0 until the plan is made. */
  done: z.number(),
  total: z.number(),
  /** Bytes a second over the last seconds; absent until known. */
  speed: z.number().optional(),
  /** Seconds left; absent until known. */
  secondsLeft: z.number().optional(),
  failure: failureSchema.optional(),
  /** The same job as a command line. */
  command: z.string(),
  /** Length and host allocation of the finished target. */
  result: z.object({ fileLength: z.number(), allocated: z.number().optional() }).optional(),
});
export type Job = z.infer<typeof jobSchema>;

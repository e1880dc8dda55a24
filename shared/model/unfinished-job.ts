import { z } from "zod";
import { formatIdSchema } from "./format";

/** A job that had not ended when Lamina did. */
export const unfinishedJobSchema = z.object({
  id: z.uuid(),
  /** Absent for a new, empty image. */
  source: z.string().optional(),
  target: z.string(),
  format: formatIdSchema,
  /** When it was asked for, in ISO 8601, UTC. */
  startedAt: z.iso.datetime(),
  /** Whether a file is at the target: a whole one, as a new image gets its name when it is complete. */
  targetThere: z.boolean(),
  /** Partial files of it that are left, with their length in bytes. */
  partials: z.array(z.object({ path: z.string(), size: z.number() })),
  /** What stood at the target before, kept aside under this path. */
  keptAside: z.string().optional(),
});
export type UnfinishedJob = z.infer<typeof unfinishedJobSchema>;

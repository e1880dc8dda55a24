import { z } from "zod";

/** A path or a name as the system takes it. */
export const path = z.string().min(1).max(32_768);
export const nothing = z.undefined();

/** The disk of an image: an internal snapshot by its place in the table, bytes to grow it to. */
export const disk = z.object({
  path,
  snapshot: z.int().nonnegative().optional(),
  size: z.int().positive().optional(),
});

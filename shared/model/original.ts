import { z } from "zod";
import { imageUserSchema } from "./in-use";

/**
 * Why the original of a conversion stays where it is: it or the new image is not there any more, or
 * something else may lie where that was; the new one was not compared with it, or only a part of it was converted (a snapshot, one disk of
 * several); it was written to since; it is made of several files; somebody holds it; images stand on it.
 */
export const stayReasonSchema = z.enum([
  "gone",
  "target-gone",
  "target-other",
  "unverified",
  "part",
  "changed",
  "several-files",
  "held",
  "dependents",
]);
export type StayReason = z.infer<typeof stayReasonSchema>;

/** What to know of the original of a conversion before it goes to the trash. */
export const originalSchema = z.object({
  path: z.string(),
  /** Bytes; absent where it is gone. */
  fileLength: z.number().optional(),
  /** Absent where it may go. */
  stays: stayReasonSchema.optional(),
  /** Paths of the images of its folder that stand on it. */
  dependents: z.array(z.string()),
  /** Whether all files of its folder were looked at. */
  complete: z.boolean(),
  /** Who has it open. */
  users: z.array(imageUserSchema),
  /** Internal snapshots, which the new image does not have. */
  snapshots: z.number(),
});
export type Original = z.infer<typeof originalSchema>;

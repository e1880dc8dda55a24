import { z } from "zod";

/** Somebody who has an image open, or a sign that somebody may have. */
export const imageUserSchema = z.object({
  /**
   * What tells it: qemu's `lock`s, a process that has the file `open` for writing, a `loop` device, a
   * VMware `lock-folder` beside the image, or a `mark` in the image, which also stays behind where a
   * program ended without closing it.
   */
  sign: z.enum(["lock", "open", "loop", "lock-folder", "mark"]),
  /** Whether it may write to the image; a mark does not say. */
  writes: z.boolean(),
  /** The process; absent where the host does not tell whose it is. */
  process: z
    .object({
      id: z.number(),
      name: z.string(),
      /** The name of the virtual machine that it runs, as its command line tells it. */
      machine: z.string().optional(),
    })
    .optional(),
  /** The loop device, or the lock folder. */
  path: z.string().optional(),
});
export type ImageUser = z.infer<typeof imageUserSchema>;

import { z } from "zod";
import { marks } from "./in-use-marks";

const holdingSigns = ["lock", "open", "share", "loop", "lock-folder"] as const;

/** Somebody who has an image open, or a sign that somebody may have. */
export const imageUserSchema = z.object({
  /**
   * What tells it. That somebody holds the image: qemu's `lock`s, a process that has the file `open`
   * for writing, the `share` mode in which it is open on Windows and macOS, a `loop` device, a VMware
   * `lock-folder` beside the image. Marks, which stay behind
   * where a program ended: a `mark` in the image that it was not closed, a `saved-state` of a machine
   * that has it, VirtualBox's note that such a machine was `aborted`, and the state of a Hyper-V
   * machine that runs or was saved beside the image (`machine-state`).
   */
  sign: z.enum([...holdingSigns, ...marks]),
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
  /** The file of the chain that it writes to; absent when that is the image itself. */
  file: z.string().optional(),
  /** The loop device, the lock folder, or the file that tells of the machine. */
  path: z.string().optional(),
});
export type ImageUser = z.infer<typeof imageUserSchema>;

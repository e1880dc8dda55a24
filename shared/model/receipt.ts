import { z } from "zod";
import { formatIdSchema, optionValuesSchema } from "./format";

/** What reading a new image back came to. */
export const verificationSchema = z.object({
  /**
   * "sha256": over every byte that the guest sees; "compared": every byte was compared, the hash is
   * over the 64 KiB blocks with data (docs/glossary.md).
   */
  method: z.enum(["sha256", "compared"]),
  /** Lower-case hexadecimal; the same for source and target. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Bytes of the disk. */
  size: z.number(),
});
export type Verification = z.infer<typeof verificationSchema>;

/** What could not be read of a source and became zeros; offsets and lengths in guest bytes. */
export const salvagedSchema = z.object({
  ranges: z.array(
    z.object({
      at: z.number(),
      length: z.number(),
      /** An error code of the engine. */
      reason: z.string(),
    }),
  ),
  bytes: z.number(),
  /** Ranges that are not in the list; `bytes` counts them. */
  unlisted: z.number(),
});

/** What stays of a conversion when its job is gone. Sizes in bytes. */
export const receiptSchema = z.object({
  version: z.literal(1),
  id: z.uuid(),
  kind: z.literal("convert"),
  /** When it began, in ISO 8601, UTC. */
  startedAt: z.iso.datetime(),
  /** From the start to the end of the verification, pauses not counted. */
  seconds: z.number(),
  sources: z.array(z.object({ path: z.string(), fileLength: z.number() })).min(1),
  target: z.object({
    path: z.string(),
    format: formatIdSchema,
    virtualSize: z.number(),
    fileLength: z.number(),
    allocated: z.number().optional(),
    /**
     * When its file was made, as the file system says, in milliseconds since 1970; absent where it does
     * not say. A file of another time is another file.
     */
    born: z.number().optional(),
  }),
  options: optionValuesSchema,
  compress: z.boolean(),
  /** Absent when it was not asked for, and where the source was changed meanwhile. */
  verification: verificationSchema.optional(),
  salvaged: salvagedSchema.optional(),
  /**
   * Whether only a part of the first source was read, a snapshot of it or one disk of several, or others
   * besides; absent in receipts that were kept before this was told.
   */
  part: z.boolean().optional(),
  /** Files of the source that were written to while it was read; absent when none was. */
  sourceChanged: z.array(z.string()).min(1).optional(),
  /** The same job as a command line; no passphrase is in it. */
  command: z.string(),
  /** Lamina's version. */
  toolVersion: z.string(),
});
export type Receipt = z.infer<typeof receiptSchema>;

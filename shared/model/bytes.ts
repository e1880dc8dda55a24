import { z } from "zod";

/** Which bytes: those that the guest sees, or those of the image file. */
export const bytesSideSchema = z.enum(["guest", "file"]);
export type BytesSide = z.infer<typeof bytesSideSchema>;

/** Bytes of an image: `snapshot` is an internal snapshot by its place in the table, for the guest's side. */
export const bytesPlaceSchema = z.object({
  path: z.string().min(1).max(32_768),
  side: bytesSideSchema,
  snapshot: z.int().nonnegative().optional(),
});
export type BytesPlace = z.infer<typeof bytesPlaceSchema>;

/** A stretch of guest bytes that one layer answers in one way. Offsets and lengths in bytes. */
const bytesOriginSchema = z.object({
  at: z.number(),
  length: z.number(),
  /** "unallocated": no layer holds anything there, so that it reads as zeros. */
  kind: z.enum(["data", "zero", "unallocated", "compressed"]),
  /** Path of the file that answers; absent where none does. */
  file: z.string().optional(),
  /** Where it is stored in that file; absent where nothing is, or not as it is read (encrypted). */
  hostAt: z.number().optional(),
});
export type BytesOrigin = z.infer<typeof bytesOriginSchema>;

/** What a part of an image file is for. */
const filePartKindSchema = z.enum([
  "headerField",
  "header",
  "headerExtension",
  "backingName",
  "l1Table",
  "l2Table",
  "snapshotTable",
  "snapshotL1Table",
  "refcountTable",
  "refcountBlock",
  "encryptionHeader",
  "bitmapDirectory",
  "used",
  "free",
  // By its name: entries of one size, or anything else.
  "table",
  "area",
  // Where the guest's data lies, block by block.
  "blocks",
]);

/** Tables and areas that have no kind of their own. */
export const filePartNameSchema = z.enum([
  "file-type-identifier",
  "log",
  "bat",
  "metadata-region",
  "region-table",
  "block-map",
  "block-allocation-table",
  "descriptor",
  "grain-directory",
  "redundant-grain-directory",
]);
export type FilePartName = z.infer<typeof filePartNameSchema>;

/** A part of an image file that its format has a name for. Offsets and lengths in bytes. */
const filePartSchema = z.object({
  at: z.number(),
  length: z.number(),
  kind: filePartKindSchema,
  /** A field by its name in the specification, a snapshot by its own. */
  name: z.string().optional(),
  /** Which table or area it is. */
  called: filePartNameSchema.optional(),
  /** What a field holds, as it is written. */
  value: z.string().optional(),
  /** Bytes of each entry, where it is a table of entries. */
  entrySize: z.number().optional(),
  /** The first guest byte that a table is for. */
  guestAt: z.number().optional(),
});
export type FilePart = z.infer<typeof filePartSchema>;

/** What was read, and what is known of it. */
export const bytesReadSchema = z.object({
  /** Bytes that there are on this side. */
  size: z.number(),
  /** Fewer than asked for where it ends. */
  bytes: z.instanceof(Uint8Array),
  /** What could not be read, which stands as zeros in `bytes`. Offsets count as `at` of the call does. */
  unreadable: z.array(
    z.object({
      at: z.number(),
      length: z.number(),
      /** An error code of the engine. */
      code: z.string(),
      message: z.string(),
    }),
  ),
  /** In order; of the guest's side only. */
  origins: z.array(bytesOriginSchema),
  /** In order, gaps are unnamed; of the file's side only. */
  parts: z.array(filePartSchema),
});
export type BytesRead = z.infer<typeof bytesReadSchema>;

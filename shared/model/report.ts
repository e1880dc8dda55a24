import { z } from "zod";
import { formatIdSchema } from "./format";
import { layerFactsSchema } from "./facts";
import { imageUserSchema } from "./in-use";
import { insideSchema } from "./inside";

/** A file that an image names, outside its folder. */
const refusedReferenceSchema = z.object({
  /** Path of the file that names it. */
  from: z.string(),
  /** The name as written. */
  name: z.string(),
  /** The absolute path that it stands for. */
  path: z.string(),
});
export type RefusedReference = z.infer<typeof refusedReferenceSchema>;

/** A failure as it crosses a process border. */
export const failureSchema = z.object({
  /** An ImageErrorCode of the engine, or "internal". */
  code: z.string(),
  message: z.string(),
  /** The next step that mends it. */
  hint: z.string().optional(),
  expected: z.string().optional(),
  found: z.string().optional(),
  /** The names of which one has to be given, for `choose-member`. */
  choices: z.array(z.string()).optional(),
  /** What was refused, where the user may allow it; absent for what is never opened. */
  reference: refusedReferenceSchema.optional(),
  /** Byte offset in `file`. */
  at: z.number().optional(),
  file: z.string().optional(),
});
export type Failure = z.infer<typeof failureSchema>;

/** One file of a chain, the image itself first. All sizes in bytes. */
export const layerReportSchema = z.object({
  path: z.string(),
  /** The name as the layer above wrote it; absent for the image itself. */
  namedAs: z.string().optional(),
  format: formatIdSchema,
  virtualSize: z.number(),
  /** Of all files that hold its data, as a VMDK's extents. */
  fileLength: z.number(),
  /** Taken on this host by all of them; absent where the host cannot say. */
  allocated: z.number().optional(),
  /** Guest bytes that this layer answers in the disk the guest sees (data and compressed). */
  answers: z.number(),
  /** Guest bytes that it holds as data, seen or hidden by the layers above (data and compressed). */
  holds: z.number(),
  /** Why the file below may not be what this one was made on; absent when nothing speaks for that. */
  staleBase: z
    .object({
      /** Changed after this file was. */
      newer: z.boolean(),
      /** Its disk, against this one's; an overlay that was grown has a smaller base, too. */
      size: z.enum(["same", "larger", "smaller"]),
    })
    .optional(),
  /**
   * Why a file that is taken for a raw disk may be none: it was said to be raw and holds the mark of
   * another format, or it is named like one whose header it lacks. `format` is that format's name.
   */
  doubt: z
    .object({ kind: z.enum(["holds-mark", "header-missing"]), format: z.string() })
    .optional(),
  facts: layerFactsSchema,
});
export type LayerReport = z.infer<typeof layerReportSchema>;

/** A backing file that could not be opened: the chain ends there. */
export const brokenLinkSchema = z.object({
  /** Path of the file that names it. */
  from: z.string(),
  /** The name as written. */
  name: z.string(),
  /** Where it would be; absent when the name stands for no path. */
  path: z.string().optional(),
  /** The format it was declared to have. */
  format: z.string().optional(),
  failure: failureSchema,
});
export type BrokenLink = z.infer<typeof brokenLinkSchema>;

/** All that the Overview and the chain list show of one image; every number is read from the image. */
export const imageReportSchema = z.object({
  path: z.string(),
  name: z.string(),
  folder: z.string(),
  /** The image first, its base last. */
  layers: z.array(layerReportSchema).min(1),
  broken: brokenLinkSchema.optional(),
  /** Why guest data cannot be read (encrypted, or a damaged table). Then `own` and `answers` count no data, and `throughChain` is absent. */
  unreadable: failureSchema.optional(),
  /** How the image's own files are used, in bytes: together what they take, where that is known. */
  own: z.object({
    /** Guest data stored as it is. */
    data: z.number(),
    /** Stored bytes of compressed clusters. */
    compressed: z.number(),
    /** Guest bytes held compressed. */
    compressedGuest: z.number(),
    /** Host bytes that are neither: headers, tables, snapshots, space not given back. */
    rest: z.number(),
  }),
  /** What the guest reads as data through the whole chain, in guest bytes; absent when the chain is broken. */
  throughChain: z.number().optional(),
  /** The file system that the image lies on; absent when the host cannot say. */
  host: z.object({ free: z.number(), capacity: z.number() }).optional(),
  /** What is on the disk; absent when it cannot be read. */
  inside: insideSchema.optional(),
  /** Who had the image open besides, or wrote to a file that it stands on; absent when nobody did, as far as the host lets us see it. */
  inUse: z.array(imageUserSchema).min(1).optional(),
  /** That the host does not let us see everybody who may have it open. */
  usersHidden: z.literal(true).optional(),
});
export type ImageReport = z.infer<typeof imageReportSchema>;

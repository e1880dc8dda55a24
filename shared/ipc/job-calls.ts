import { z } from "zod";
import { formatIdSchema, optionValuesSchema } from "../model/format";
import { measuredSizeSchema, measuredVariantSchema } from "../model/measure";
import { preflightResultSchema, purposeSchema } from "../model/preflight";
import { failureSchema } from "../model/report";
import { convertRequestSchema, createRequestSchema, jobSchema } from "../model/job";
import { originalSchema } from "../model/original";
import { receiptSchema } from "../model/receipt";
import { unfinishedJobSchema } from "../model/unfinished-job";
import { path, nothing, disk } from "./inputs";

/** What stands at, and in the way of, a place for a new image. */
const targetCheck = z.object({
  exists: z.boolean(),
  isSource: z.boolean(),
  folderExists: z.boolean(),
  /** Bytes free where the target goes; absent when the host cannot say. */
  free: z.number().optional(),
  /** What the target would lie on; absent without its folder. */
  fileSystem: z
    .object({
      /** Its name for people; "unknown" where this system does not tell. */
      kind: z.string(),
      /** Whether zeros that are left out take no space there; absent where that is not known. */
      keepsHoles: z.boolean().optional(),
      /** Bytes of the longest file; absent where there is no limit that matters. */
      largestFile: z.number().optional(),
    })
    .optional(),
});

/** The calls that make new images, and of the jobs that do. */
export const jobCalls = {
  /**
   * The same beside the image on the page, for the convert dialog, with `convert.measuring` for its
   * progress. This and `image.measureTarget` run one at a time: a second call ends the first.
   */
  "convert.measure": { input: disk, output: z.array(measuredVariantSchema) },
  /** Gives up what is being measured for the convert dialog. */
  "convert.stopMeasuring": { input: nothing, output: nothing },
  /** A free name beside the source, and what stands in the way of a chosen one. */
  "convert.suggestTarget": {
    input: z.object({ source: path, format: formatIdSchema }),
    output: z.object({ target: path }),
  },
  "convert.checkTarget": {
    input: z.object({ source: path, target: path }),
    output: targetCheck,
  },
  /**
   * What to know before the source becomes an image for this purpose. What is not chosen counts as
   * recommended; `target` is the file to be written, `device` the disk that it will be copied to.
   */
  "convert.preflight": {
    input: z.object({
      source: path,
      purpose: purposeSchema,
      /** The internal snapshot that becomes the image, by its place in the table. */
      snapshot: z.int().nonnegative().optional(),
      format: formatIdSchema.optional(),
      options: optionValuesSchema.optional(),
      /** Bytes to grow the disk to. */
      size: z.number().optional(),
      target: path.optional(),
      device: z.object({ size: z.number(), sectorSize: z.number() }).optional(),
    }),
    output: preflightResultSchema,
  },
  /** The command line that does what `convert.start` would do. */
  "convert.commandLine": {
    input: convertRequestSchema,
    output: z.object({ command: z.string() }),
  },
  /** Where the sample set goes, below `parent` or the user's documents. Sizes in bytes. */
  "samples.place": {
    input: z.object({ parent: path.optional() }),
    output: z.object({
      folder: path,
      /** Whether it is there already: then it is not made again. */
      there: z.boolean(),
      /** What it takes, at most. */
      size: z.number(),
      /** Absent where the host cannot say. */
      free: z.number().optional(),
    }),
  },
  /** Asks the user for a folder to put it in. */
  "samples.choosePlace": { input: nothing, output: z.object({ parent: path.optional() }) },
  /** Makes the set, all of it or nothing, and answers its images, the one to look at first in front. */
  "samples.make": {
    input: z.object({ parent: path.optional() }),
    output: z.object({ paths: z.array(path).min(1) }),
  },
  /** Cancels that; `samples.make` then fails as cancelled. */
  "samples.stop": { input: nothing, output: nothing },
  "convert.start": { input: convertRequestSchema, output: z.object({ jobId: z.string() }) },
  /** A free name for a new image: beside `near`, or in the user's own folder. */
  "create.suggestTarget": {
    input: z.object({ format: formatIdSchema, near: path.optional(), base: path.optional() }),
    output: z.object({ target: path }),
  },
  /** `isSource` tells that the target is the base itself. */
  "create.checkTarget": {
    input: z.object({ target: path, base: path.optional() }),
    output: targetCheck,
  },
  /** What a new image would take, for each set of options; or why there can be no such image. */
  "create.measure": {
    input: createRequestSchema
      .omit({ options: true, replace: true })
      .extend({ options: z.array(optionValuesSchema).max(16) }),
    output: z.array(
      z.union([z.object({ size: measuredSizeSchema }), z.object({ failure: failureSchema })]),
    ),
  },
  /** The command line that does what `create.start` would do. */
  "create.commandLine": {
    input: createRequestSchema,
    output: z.object({ command: z.string() }),
  },
  /** Makes a new image as a job of the queue. */
  "create.start": { input: createRequestSchema, output: z.object({ jobId: z.string() }) },
  "jobs.list": { input: nothing, output: z.array(jobSchema) },
  "jobs.cancel": { input: z.object({ jobId: z.string() }), output: nothing },
  /** Stops a job that runs or waits until it is resumed; no other state is touched. */
  "jobs.pause": { input: z.object({ jobId: z.string() }), output: nothing },
  "jobs.resume": { input: z.object({ jobId: z.string() }), output: nothing },
  /** Takes an ended job off the list. */
  "jobs.dismiss": { input: z.object({ jobId: z.string() }), output: nothing },
  /** Begins to drag the image of a finished conversion out of the window. */
  "jobs.startDrag": { input: z.object({ jobId: z.string() }), output: nothing },
  /** Conversions that ran or waited when Lamina ended the last time, and what they left. */
  "jobs.unfinished": { input: nothing, output: z.array(unfinishedJobSchema) },
  /** Forgets one of them; with `remove`, removes the partial files that it left. */
  "jobs.forgetUnfinished": {
    input: z.object({ jobId: z.string(), remove: z.boolean() }),
    output: nothing,
  },
  /** What was kept of finished conversions, the newest first. */
  "receipts.list": { input: nothing, output: z.array(receiptSchema) },
  /** Removes one; one that is not there is no error. */
  "receipts.remove": { input: z.object({ id: receiptSchema.shape.id }), output: nothing },
  /** What to know of the first source of a conversion before it goes to the trash; looks at it anew. */
  "receipts.original": {
    input: z.object({ id: receiptSchema.shape.id }),
    output: originalSchema,
  },
  /** Moves it there; fails where `receipts.original` tells why it stays. */
  "receipts.trashOriginal": { input: z.object({ id: receiptSchema.shape.id }), output: nothing },
} as const;

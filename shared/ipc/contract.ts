import { z } from "zod";
import { MOST_READ, MOST_SOUGHT } from "../model/byte-limits";
import { bytesPlaceSchema, bytesReadSchema, bytesSideSchema } from "../model/bytes";
import { chainStripsSchema } from "../model/chain-strips";
import {
  changeCheckSchema,
  changeOutlookSchema,
  dependentsSchema,
  imageChangeSchema,
} from "../model/change";
import { checkResultSchema, repairResultSchema } from "../model/check";
import { domainsRequestSchema, domainsSchema } from "../model/domains";
import { formatModelSchema, formatIdSchema, optionValuesSchema } from "../model/format";
import { librarySchema } from "../model/library";
import { measuredSizeSchema, measuredVariantSchema } from "../model/measure";
import { mapCellsSchema, mapColouringSchema, mapOrderSchema, mapPlaceSchema } from "../model/map";
import { mostCells } from "../model/most-cells";
import { preflightResultSchema, purposeSchema } from "../model/preflight";
import { speedPatternSchema, speedResultSchema } from "../model/read-speed";
import { failureSchema, imageReportSchema } from "../model/report";
import { convertRequestSchema, createRequestSchema, jobSchema } from "../model/job";
import { receiptSchema } from "../model/receipt";
import { settingsSchema } from "../model/settings";
import { unfinishedJobSchema } from "../model/unfinished-job";
import { watchedFolderSchema } from "../model/watched-folder";
import { changedRangesSchema, snapshotTreeSchema } from "../model/snapshot-tree";

const path = z.string().min(1).max(32_768);
const nothing = z.undefined();
/** A snapshot by its place in the snapshot table. */
const index = z.int().nonnegative();
const snapshotName = z.string().min(1).max(255);

/** How an image is mapped. */
const mapLook = z.object({ path, order: mapOrderSchema, by: mapColouringSchema });

/** The disk of an image: an internal snapshot by its place in the table, bytes to grow it to. */
const disk = z.object({
  path,
  snapshot: z.int().nonnegative().optional(),
  size: z.int().positive().optional(),
});

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

/**
 * Every call from the renderer to the main process: the one list.
 * The schema is the type and the check, on both ways.
 */
export const calls = {
  "app.about": {
    input: nothing,
    output: z.object({
      version: z.string(),
      electron: z.string(),
      chromium: z.string(),
      node: z.string(),
      platform: z.string(),
      /** What others made and Lamina ships, by name. */
      libraries: z.array(librarySchema),
    }),
  },
  /** Files given on the command line, by a file manager or a second start since the last time it was asked. */
  "app.takeOpenedFiles": { input: nothing, output: z.object({ paths: z.array(path) }) },
  /** Tells that the page shows what it was asked to show; `--screenshot` waits for it. */
  "app.settled": { input: nothing, output: nothing },
  /** Puts text on the clipboard. */
  "app.copyText": { input: z.object({ text: z.string().min(1).max(65_536) }), output: nothing },
  "image.inspect": { input: z.object({ path }), output: imageReportSchema },
  /**
   * Looks into an image with a passphrase, into one of the disks of an archive, or in a format
   * whatever its bytes say. What opens it is kept in memory for all that is done with the image, until it is closed.
   */
  "image.openWith": {
    input: z.object({
      path,
      passphrase: z.string().min(1).max(4096).optional(),
      member: path.optional(),
      format: z.literal("raw").optional(),
    }),
    output: imageReportSchema,
  },
  /** Forgets what the image was opened with. */
  "image.close": { input: z.object({ path }), output: nothing },
  /**
   * What the image would take in every format; reads all of its data, and tells of that by
   * `image.measuring`. One image at a time: a second call ends the first, which fails as cancelled.
   */
  "image.measure": { input: z.object({ path }), output: z.array(measuredVariantSchema) },
  /**
   * The same beside the image on the page, for the convert dialog, with `convert.measuring` for its
   * progress. This and `image.measureTarget` run one at a time: a second call ends the first.
   */
  "convert.measure": { input: disk, output: z.array(measuredVariantSchema) },
  /** What the image would take as one target with its options. */
  "image.measureTarget": {
    input: disk.extend({
      format: formatIdSchema,
      options: optionValuesSchema,
      compress: z.boolean(),
    }),
    output: measuredSizeSchema,
  },
  /** Gives up what is being measured for the convert dialog. */
  "convert.stopMeasuring": { input: nothing, output: nothing },
  /** Gives up what is being measured. */
  "image.stopMeasuring": { input: nothing, output: nothing },
  /** Allows `from` to open the file it names as `name`, until Lamina quits. */
  "image.grant": { input: z.object({ from: path, name: z.string() }), output: nothing },
  /**
   * What would have to be trusted for that file: the folder that it really lies in, and that of the name
   * where a link leads from one to the other. Looks at the file, so ask it only when the user did.
   */
  "image.folderToTrust": {
    input: z.object({ from: path, name: z.string() }),
    output: z.object({ folders: z.array(path).min(1) }),
  },
  /**
   * Lets every image open what lies in these folders and below, until they are taken off the list in the
   * settings. They have to be those that `image.folderToTrust` answers.
   */
  "image.trustFolder": {
    input: z.object({ from: path, name: z.string(), folders: z.array(path).min(1) }),
    output: settingsSchema,
  },
  /** Which VMs use the image, by libvirt's definitions in their folders and beside it. */
  "image.domains": { input: domainsRequestSchema.extend({ path }), output: domainsSchema },
  "image.showInFolder": { input: z.object({ path }), output: nothing },
  "formats.list": { input: nothing, output: z.array(formatModelSchema) },
  "dialogs.openImages": { input: nothing, output: z.object({ paths: z.array(path) }) },
  "dialogs.saveImage": {
    input: z.object({ suggested: path, format: formatIdSchema }),
    output: z.object({ path: path.optional() }),
  },
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
  /** `libvirt` is the folder of libvirt's snapshot XML; without it, files beside the image are looked at. */
  "snapshots.tree": {
    input: z.object({ path, libvirt: path.optional() }),
    output: snapshotTreeSchema,
  },
  /** What changed between two snapshots; null is the disk as it is now. */
  "snapshots.compare": {
    input: z.object({ path, a: index.nullable(), b: index.nullable() }),
    output: changedRangesSchema,
  },
  /** What deleting these snapshots together would give back. */
  "snapshots.freed": {
    input: z.object({ path, indices: z.array(index) }),
    output: z.object({ bytes: z.number() }),
  },
  "snapshots.create": {
    input: z.object({ path, name: snapshotName }),
    output: z.object({ id: z.string() }),
  },
  /** The disk becomes what it was; with `keepAs`, what it is now is kept as a snapshot first. */
  "snapshots.apply": {
    input: z.object({ path, index, keepAs: snapshotName.optional() }),
    output: nothing,
  },
  "snapshots.delete": { input: z.object({ path, indices: z.array(index) }), output: nothing },
  "snapshots.rename": { input: z.object({ path, index, name: snapshotName }), output: nothing },
  /** Reads all tables of the image, and writes nothing. */
  "health.check": { input: z.object({ path }), output: checkResultSchema },
  /** Repairs the image where it is or, with `copyTo`, a new copy of it. */
  "health.repair": {
    input: z.object({ path, mode: z.enum(["leaks", "all"]), copyTo: path.optional() }),
    output: repairResultSchema,
  },
  /** Gives up what only reads: checks, trees and comparisons that run. */
  "health.stop": { input: nothing, output: nothing },
  /** Where each file of the chain holds data, and where it answers. */
  "chain.strips": { input: z.object({ path }), output: chainStripsSchema },
  /** A new, empty qcow2 image on a base. */
  "chain.createOverlay": { input: z.object({ base: path, target: path }), output: nothing },
  /** Writes another base's name into the image, for a base that was moved; no data is compared. */
  "chain.pointTo": { input: z.object({ path, base: path }), output: nothing },
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
  /** For each file of the chain the images beside it that stand on it. */
  "chain.dependents": {
    input: z.object({ path }),
    output: z.array(dependentsSchema.extend({ path: z.string() })),
  },
  /** Files of this name where images were opened before: a base that was moved may be one of them. */
  "chain.findMoved": {
    input: z.object({ from: path, name: z.string() }),
    output: z.object({ paths: z.array(path) }),
  },
  /** What a change would do. Reads as much as it takes to know; `change.progress` tells how far it is. */
  "change.outlook": { input: z.object({ change: imageChangeSchema }), output: changeOutlookSchema },
  /**
   * Makes a change, and checks the files that were written to. `force` is the user's yes to what is
   * refused otherwise: changed snapshots, other images on the base, the lost end of a smaller disk.
   */
  "change.start": {
    input: z.object({ change: imageChangeSchema, force: z.boolean() }),
    output: z.object({ checks: z.array(changeCheckSchema) }),
  },
  /** Cancels what `change.outlook` or `change.start` does with the image on the page. */
  "change.stop": { input: z.object({ path }), output: nothing },
  /** Bytes of the disk, or of the file as it lies there, and what they are; `at` and `length` in bytes. */
  "bytes.read": {
    input: bytesPlaceSchema.extend({
      at: z.int().nonnegative(),
      length: z.int().positive().max(MOST_READ),
    }),
    output: bytesReadSchema,
  },
  /**
   * Where these bytes come next from `from` on; absent where they do not. Tells how far it is by
   * `bytes.finding`. A second call ends the first, which fails as cancelled.
   */
  "bytes.find": {
    input: bytesPlaceSchema.extend({
      from: z.int().nonnegative(),
      needle: z
        .instanceof(Uint8Array)
        .refine(({ length }) => length > 0 && length <= MOST_SOUGHT, "too short or too long"),
    }),
    output: z.object({ at: z.number().optional() }),
  },
  /** Gives up looking for bytes. */
  "bytes.stopFinding": { input: nothing, output: nothing },
  /**
   * How fast the disk, or the file as it lies there, is read; ended after `seconds`, and then once more.
   * Tells how far it is by `speed.measuring`. A second call ends the first, which fails as cancelled.
   */
  "speed.measure": {
    input: z.object({
      path,
      side: bytesSideSchema,
      pattern: speedPatternSchema,
      seconds: z.number().positive().max(60),
    }),
    output: speedResultSchema,
  },
  /** Gives up measuring. */
  "speed.stop": { input: nothing, output: nothing },
  /**
   * What lies in each of `count` cells of `cellSize` bytes from byte `from` on. A newer question takes
   * the place of the one before, which fails as cancelled.
   */
  "map.cells": {
    input: mapLook.extend({
      from: z.int().nonnegative(),
      cellSize: z.int().positive(),
      count: z.int().min(1).max(mostCells),
    }),
    output: mapCellsSchema,
  },
  /** What the cell of `length` bytes at byte `at` shows; a newer question ends the one before. */
  "map.place": {
    input: mapLook.extend({ at: z.int().nonnegative(), length: z.int().positive() }),
    output: mapPlaceSchema,
  },
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
  "settings.get": { input: nothing, output: settingsSchema },
  /** Changes what is given, and nothing else. */
  "settings.change": {
    input: z
      .object({
        theme: settingsSchema.shape.theme.removeDefault(),
        language: settingsSchema.shape.language.removeDefault(),
        units: settingsSchema.shape.units.removeDefault(),
      })
      .partial(),
    output: settingsSchema,
  },
  "settings.removeFolder": {
    input: z.object({ kind: z.enum(["watched", "trusted"]), path }),
    output: settingsSchema,
  },
  /** Makes all of them as they were at the first start, and forgets what was allowed once. */
  "settings.reset": { input: nothing, output: settingsSchema },
  /** Where they are kept. */
  "settings.file": { input: nothing, output: z.object({ path }) },
  "settings.showFile": { input: nothing, output: nothing },
  /** Keeps what is on the page for the next start; nothing for the welcome. */
  "settings.keepPage": {
    input: z.object({ page: settingsSchema.shape.page }),
    output: nothing,
  },
  /** The watched folders as far as they are known; `library.changed` tells of each that changes. */
  "library.list": { input: nothing, output: z.array(watchedFolderSchema) },
  /** Watches a folder, without `path` one that the user chooses. @returns no path when cancelled */
  "library.watch": {
    input: z.object({ path: path.optional() }),
    output: z.object({ path: path.optional() }),
  },
  "library.unwatch": { input: z.object({ path }), output: nothing },
  /** Tells folders from everything else. */
  "library.kinds": {
    input: z.object({ paths: z.array(path) }),
    output: z.object({ folders: z.array(path), files: z.array(path) }),
  },
  /** Puts paths at the head of the recent list, the first of them first. */
  "recent.add": { input: z.object({ paths: z.array(path) }), output: settingsSchema },
  "recent.remove": { input: z.object({ path }), output: settingsSchema },
} as const;

/** Every message that the main process sends by itself. */
export const events = {
  /** Files were handed to the running app; ask `app.takeOpenedFiles` for them. */
  "app.filesOpened": nothing,
  /** The menu's About was chosen. */
  "app.aboutWanted": nothing,
  /** The menu's Settings was chosen. */
  "app.settingsWanted": nothing,
  /** The menu's New disk was chosen. */
  "app.newDiskWanted": nothing,
  /** Bytes of data read and to read; `total` is 0 until known. At most ten times a second. */
  "image.measuring": z.object({ path, done: z.number(), total: z.number() }),
  /** Bytes looked at or written, of the image of a change; `total` is 0 until known. */
  "change.progress": z.object({ path, done: z.number(), total: z.number() }),
  /** As `image.measuring`, for what is measured for the convert dialog. */
  "convert.measuring": z.object({ path, done: z.number(), total: z.number() }),
  /** Steps of `samples.make` so far, and in all; at most ten times a second. */
  "samples.making": z.object({ done: z.number(), total: z.number() }),
  /** Bytes looked through and to look through, at most ten times a second. */
  "bytes.finding": z.object({ path, done: z.number(), total: z.number() }),
  /** Bytes read and to read at most, both passes counted, at most ten times a second. */
  "speed.measuring": z.object({ path, done: z.number(), total: z.number() }),
  /** Also when the page itself asked for the change: the menu may have done it. */
  "settings.changed": settingsSchema,
  "library.changed": watchedFolderSchema,
  "jobs.changed": jobSchema,
  "jobs.removed": z.object({ jobId: z.string() }),
} as const;

export type CallName = keyof typeof calls;
export type CallInput<N extends CallName> = z.infer<(typeof calls)[N]["input"]>;
export type CallOutput<N extends CallName> = z.infer<(typeof calls)[N]["output"]>;
export type EventName = keyof typeof events;
export type EventPayload<N extends EventName> = z.infer<(typeof events)[N]>;

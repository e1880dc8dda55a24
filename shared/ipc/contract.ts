import { z } from "zod";
import { chainStripsSchema } from "../model/chain-strips";
import { checkResultSchema, repairResultSchema } from "../model/check";
import { formatModelSchema, formatIdSchema, optionValuesSchema } from "../model/format";
import { librarySchema } from "../model/library";
import { measuredSizeSchema, measuredVariantSchema } from "../model/measure";
import { mapCellsSchema, mapColouringSchema, mapOrderSchema, mapPlaceSchema } from "../model/map";
import { mostCells } from "../model/most-cells";
import { preflightResultSchema, purposeSchema } from "../model/preflight";
import { imageReportSchema } from "../model/report";
import { convertRequestSchema, jobSchema } from "../model/job";
import { receiptSchema } from "../model/receipt";
import { settingsSchema } from "../model/settings";
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
   * Looks into an image with a passphrase, or into one of the disks of an archive. What opens it is
   * kept in memory for all that is done with the image, until it is closed.
   */
  "image.openWith": {
    input: z.object({
      path,
      passphrase: z.string().min(1).max(4096).optional(),
      member: path.optional(),
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
    output: z.object({
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
    }),
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
  "jobs.list": { input: nothing, output: z.array(jobSchema) },
  "jobs.cancel": { input: z.object({ jobId: z.string() }), output: nothing },
  /** Stops a job that runs or waits until it is resumed; no other state is touched. */
  "jobs.pause": { input: z.object({ jobId: z.string() }), output: nothing },
  "jobs.resume": { input: z.object({ jobId: z.string() }), output: nothing },
  /** Takes an ended job off the list. */
  "jobs.dismiss": { input: z.object({ jobId: z.string() }), output: nothing },
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
  /** Bytes of data read and to read; `total` is 0 until known. At most ten times a second. */
  "image.measuring": z.object({ path, done: z.number(), total: z.number() }),
  /** As `image.measuring`, for what is measured for the convert dialog. */
  "convert.measuring": z.object({ path, done: z.number(), total: z.number() }),
  /** Also when the page itself asked for the change: the menu may have done it. */
  "settings.changed": settingsSchema,
  "jobs.changed": jobSchema,
  "jobs.removed": z.object({ jobId: z.string() }),
} as const;

export type CallName = keyof typeof calls;
export type CallInput<N extends CallName> = z.infer<(typeof calls)[N]["input"]>;
export type CallOutput<N extends CallName> = z.infer<(typeof calls)[N]["output"]>;
export type EventName = keyof typeof events;
export type EventPayload<N extends EventName> = z.infer<(typeof events)[N]>;

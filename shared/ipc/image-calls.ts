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
import { imageUserSchema } from "../model/in-use";
import { formatIdSchema, optionValuesSchema } from "../model/format";
import { measuredSizeSchema, measuredVariantSchema } from "../model/measure";
import { mapCellsSchema, mapColouringSchema, mapOrderSchema, mapPlaceSchema } from "../model/map";
import { mostCells } from "../model/most-cells";
import { speedPatternSchema, speedResultSchema } from "../model/read-speed";
import { imageReportSchema } from "../model/report";
import { settingsSchema } from "../model/settings";
import { changedRangesSchema, snapshotTreeSchema } from "../model/snapshot-tree";
import { path, nothing, disk } from "./inputs";

/** A snapshot by its place in the snapshot table. */
const index = z.int().nonnegative();

const snapshotName = z.string().min(1).max(255);

/** How an image is mapped. */
const mapLook = z.object({ path, order: mapOrderSchema, by: mapColouringSchema });

/** The calls about one image: what it is, what it holds, and how it is changed. */
export const imageCalls = {
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
  /** What the image would take as one target with its options. */
  "image.measureTarget": {
    input: disk.extend({
      format: formatIdSchema,
      options: optionValuesSchema,
      compress: z.boolean(),
    }),
    output: measuredSizeSchema,
  },
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
  /** As `inUse` of the image's report, looked at anew; `bases` are the files below it. */
  "image.users": {
    input: z.object({ path, bases: z.array(path).max(1024) }),
    output: z.object({ users: z.array(imageUserSchema) }),
  },
  "image.showInFolder": { input: z.object({ path }), output: nothing },
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
} as const;

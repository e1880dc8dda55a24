import { z } from "zod";
import { wrappingIdSchema } from "./format";

/** A value as the specification of a format names it. */
const factValueSchema = z.union([z.string(), z.number(), z.boolean()]);

/** Facts whose names are words; the window has a text for each. Others go by their field's spelling. */
export const factIdSchema = z.enum([
  "refcount-bits",
  "lazy-refcounts",
  "extended-l2",
  "l1-entries",
  "l2-entries",
  "refcount-table-clusters",
  "header-length",
  "raw-external-data",
  "lost-snapshots",
  "bitmaps-consistent",
  "unknown-features",
  "unknown-header-extensions",
  "modified",
  "subformat",
  "creator",
  "logical-sector-size",
  "physical-sector-size",
  "log-entries-replayed",
  "header",
  "region-table",
  "variant",
  "block-table",
  "chunks",
  "system",
  "volume",
  "volume-set",
  "publisher",
  "data-preparer",
  "application",
  "volume-creation",
  "logical-block-size",
  "volume-space-size",
  "volume-size",
  "problem",
  "joliet-volume",
  "boot-catalog-sector",
  "udf",
  "image-type",
  "image-flags",
  "comment",
  "disk-type",
  "creator-application",
  "creator-version",
  "creator-host-os",
  "time-stamp",
  "unique-id",
  "disk-geometry",
  "saved-state",
  "original-size",
  "current-size",
  "geometry-size",
  "size-taken-from",
  "parent-unique-id",
  "parent-time-stamp",
  "footer",
  "dynamic-disk-header",
  "extents",
  "empty-image",
  "name",
  "storages",
  "snapshots",
  "image-file",
  "disk-in-archive",
  "unpacked-size",
]);
export type FactId = z.infer<typeof factIdSchema>;

/** What facts say in words; the window has a text for each. */
export const factWordsSchema = z.enum([
  "normal",
  "fixed",
  "dynamic",
  "differencing",
  "undo",
  "device",
  "partition",
  "one-copy-damaged",
  "checksum-wrong",
  "footer-at-end-damaged",
  "geometry",
  "current-size",
  "not-told",
  "exactly",
  "about",
  "disk-in-archive",
  "primary-descriptor-missing",
  "block-size-wrong",
  "ends-too-early",
]);
export type FactWords = z.infer<typeof factWordsSchema>;

/** One further fact. */
const factDetailSchema = z.object({
  /** The field's name in the specification, or the name in English. */
  name: z.string(),
  /** Key of the name in the catalogs, where it is words. */
  id: factIdSchema.optional(),
  /** As it is written, or in English. */
  value: factValueSchema,
  /** What a number counts besides things, and whether text is a time in ISO 8601. */
  unit: z.enum(["bytes", "time"]).optional(),
  /** Key of the value in the catalogs, where it is words. */
  words: factWordsSchema.optional(),
  /** What both texts name: `size` and `offset` in bytes, the rest as it is. */
  values: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});
export type FactDetail = Readonly<z.infer<typeof factDetailSchema>>;

/** One internal snapshot, as its table entry tells it. */
export const snapshotFactsSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Seconds since 1970-01-01 UTC, and the nanoseconds beside them. */
  dateSeconds: z.number(),
  dateNanoseconds: z.number(),
  /** Guest run time in nanoseconds, as decimal digits (64 bits). */
  vmClockNanoseconds: z.string(),
  /** Bytes. */
  vmStateSize: z.number(),
  /** Bytes; absent when the entry does not say. */
  diskSize: z.number().optional(),
  /** Executed instructions as decimal digits; absent when not recorded. */
  icount: z.string().optional(),
});
export type SnapshotFacts = z.infer<typeof snapshotFactsSchema>;

/** A dirty bitmap, as its directory entry tells it. */
export const bitmapFactsSchema = z.object({
  name: z.string(),
  /** Bytes. */
  granularity: z.number(),
  flags: z.array(z.string()),
});

/** The file that an image was found in. */
const wrappingFactsSchema = z.object({
  id: wrappingIdSchema,
  /** The image's name in a tar archive. */
  member: z.string().optional(),
  /** Whether the layer's size is right; a compressed file may tell it too small, or not at all. */
  sizeKnown: z.boolean(),
});

/** What one image file says of itself. */
export const layerFactsSchema = z.object({
  /** Format version as people write it ("2", "3"); absent when there is none. */
  version: z.string().optional(),
  /** Bytes. */
  clusterSize: z.number().optional(),
  /** What the specification calls a cluster; "cluster" when absent. */
  unit: z.enum(["grain", "block"]).optional(),
  /** "zlib", "zstd"; absent when the format does not compress. */
  compression: z.string().optional(),
  /** How guest data is encrypted ("aes", "luks"); absent when it is not. */
  encryption: z.string().optional(),
  dirty: z.boolean().optional(),
  corrupt: z.boolean().optional(),
  /** The external data file's name as written, if any. */
  dataFile: z.string().optional(),
  /** Volume label, where the format has one (ISO 9660). */
  label: z.string().optional(),
  snapshots: z.array(snapshotFactsSchema),
  bitmaps: z.array(bitmapFactsSchema),
  /** What the image is wrapped in; absent when it is a file of its own. */
  wrapping: wrappingFactsSchema.optional(),
  /** Further facts for the list on the Overview. */
  details: z.array(factDetailSchema),
  /** qemu-img's `format-specific` data with its keys, where it prints one. */
  formatSpecific: z.record(z.string(), z.unknown()).optional(),
});
export type LayerFacts = z.infer<typeof layerFactsSchema>;

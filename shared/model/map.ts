import { z } from "zod";

/** In which order the cells stand: as the guest counts its bytes, or as they lie in the image's own file. */
export const mapOrderSchema = z.enum(["guest", "host"]);
export type MapOrder = z.infer<typeof mapOrderSchema>;

/** What the cells are told apart by. */
export const mapColouringSchema = z.enum(["kind", "layer", "sharing"]);
export type MapColouring = z.infer<typeof mapColouringSchema>;

/**
 * What bytes of a map may be. Of the guest's disk: "unallocated" (nothing is stored: a hole), "zero"
 * (said to read as zeros), "data", "compressed", "missing" (a base that could not be opened answers),
 * "unreadable" (the tables are damaged). Of the file, besides: "metadata", "snapshots" (only in
 * snapshots), "leaked" (counted as used, and nobody uses it), "unused", "rest" (metadata or unused:
 * the format's tables are not told apart). By layer: "layer-N", N from 0 for the image itself. By
 * sharing: "exclusive" (only in the disk as it is now), "shared-N" (with N snapshots; 4 stands for
 * more, too), "snapshots".
 */
export const mapClassSchema = z.union([
  z.enum([
    "unallocated",
    "zero",
    "data",
    "compressed",
    "metadata",
    "snapshots",
    "leaked",
    "unused",
    "rest",
    "missing",
    "unreadable",
    "exclusive",
  ]),
  z.templateLiteral(["layer-", z.int().nonnegative()]),
  z.templateLiteral(["shared-", z.int().positive()]),
]);
export type MapClass = z.infer<typeof mapClassSchema>;

/** Why one way to look at an image tells nothing of it. */
export const mapUnavailableSchema = z.object({
  host: z.enum(["same-order", "other-files"]).optional(),
  layer: z.enum(["one-file", "host-order"]).optional(),
  sharing: z.enum(["no-snapshots", "too-many", "lost-snapshots"]).optional(),
});
export type MapUnavailable = z.infer<typeof mapUnavailableSchema>;

/** A row of equal cells over the disk or the file. All sizes in bytes. */
export const mapCellsSchema = z.object({
  /** Bytes of the whole disk or file. */
  size: z.number(),
  /** What the format keeps together: no cell need be smaller. */
  unit: z.number(),
  /** What `shown` counts in. */
  classes: z.array(mapClassSchema),
  /** For each cell, the place in `classes` of what it mostly is; fewer than asked for at the end. */
  shown: z.instanceof(Uint8Array),
  /** For each cell, how much of it that and its like take: 1 to 255 for the whole, 0 for nothing. */
  fill: z.instanceof(Uint8Array),
  /** Bytes of each class in all these cells. */
  totals: z.array(z.number()),
  unavailable: mapUnavailableSchema,
});
export type MapCells = z.infer<typeof mapCellsSchema>;

/** What one cell's colour stands for, told of the first such stretch in it. All sizes in bytes. */
export const mapPlaceSchema = z.object({
  /** Where it begins, in the order that was asked for. */
  at: z.number(),
  /** To its end: of the disk also behind the cell, of the file at most to the end of the cell. */
  length: z.number(),
  class: mapClassSchema,
  /** What it is, also where cells are told apart by something else. */
  kind: mapClassSchema,
  /** Bytes of each class in the cell; what there is nothing of is left out. */
  shares: z.array(z.object({ class: mapClassSchema, bytes: z.number() })),
  /** Where the guest has it; absent for what no guest sees. */
  guestAt: z.number().optional(),
  /** The file that holds it; absent where nothing is stored. */
  owner: z.string().optional(),
  /** Where in that file; absent where it is stored in another form, such as encrypted. */
  hostAt: z.number().optional(),
  /** Names of the snapshots that hold it, too, in their order in the table; empty where there are none. */
  snapshots: z.array(z.string()),
});
export type MapPlace = z.infer<typeof mapPlaceSchema>;

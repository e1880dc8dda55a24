import { z } from "zod";
import { formatIdSchema } from "./format";
import { imageUserSchema } from "./in-use";
import { failureSchema } from "./report";

/** What one image of a folder says of itself, without any other file of its chain. Sizes in bytes. */
export const listedImageSchema = z.object({
  path: z.string(),
  /** Below the watched folder: "web01.qcow2", "web/01.qcow2". */
  name: z.string(),
  /** Absent with the sizes when the image cannot be opened; `failure` says why. */
  format: formatIdSchema.optional(),
  virtualSize: z.number().optional(),
  /** Taken on this host by all of its files; absent where the host cannot say. */
  allocated: z.number().optional(),
  /**
   * Whether a guest could make it take more: not in a format that is only read, nor while it is
   * packed or other images of the folder stand on it.
   */
  grows: z.boolean(),
  /** The backing file or parent: its path as listed where it is in the folder, else where it is named. */
  base: z.string().optional(),
  /** The file that is missing in its own chain, or that of an image below it, by its path. */
  missingBase: z.string().optional(),
  failure: failureSchema.optional(),
  /** Who held it when the folder was looked at, where that can be told without opening it. */
  inUse: z.array(imageUserSchema).min(1).optional(),
});
export type ListedImage = z.infer<typeof listedImageSchema>;

/** A folder whose images are in the library. */
export const watchedFolderSchema = z.object({
  path: z.string(),
  /** "looking" until its images are known for the first time. */
  state: z.enum(["looking", "ready", "missing", "failed"]),
  images: z.array(listedImageSchema),
  /** Whether it holds more files than are looked at. */
  more: z.boolean(),
  /**
   * The file system that it lies on, in bytes; absent when the host cannot say. Folders of the same
   * `volume` share what is free.
   */
  host: z.object({ free: z.number(), capacity: z.number(), volume: z.string() }).optional(),
  /** Why it could not be looked at. */
  failure: failureSchema.optional(),
});
export type WatchedFolder = z.infer<typeof watchedFolderSchema>;

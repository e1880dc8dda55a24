import { z } from "zod";
import { formatModelSchema, formatIdSchema } from "../model/format";
import { librarySchema } from "../model/shipped-library";
import { jobSchema } from "../model/job";
import { settingsSchema } from "../model/settings";
import { watchedFolderSchema } from "../model/watched-folder";
import { nothing, path } from "./inputs";
import { imageCalls } from "./image-calls";
import { jobCalls } from "./job-calls";

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
  /** The page is about to show something. */
  "app.ready": { input: nothing, output: nothing },
  /** Tells that the page shows what it was asked to show; `--screenshot` waits for it. */
  "app.settled": { input: nothing, output: nothing },
  /** Puts text on the clipboard. */
  "app.copyText": { input: z.object({ text: z.string().min(1).max(65_536) }), output: nothing },
  "formats.list": { input: nothing, output: z.array(formatModelSchema) },
  "dialogs.openImages": { input: nothing, output: z.object({ paths: z.array(path) }) },
  "dialogs.saveImage": {
    input: z.object({ suggested: path, format: formatIdSchema }),
    output: z.object({ path: path.optional() }),
  },
  "settings.get": { input: nothing, output: settingsSchema },
  /** Changes what is given, and nothing else. */
  "settings.change": {
    input: z
      .object({
        theme: settingsSchema.shape.theme.removeDefault(),
        language: settingsSchema.shape.language.removeDefault(),
        units: settingsSchema.shape.units.removeDefault(),
        purpose: settingsSchema.shape.purpose,
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
  /** Looks again at a watched folder. */
  "library.look": { input: z.object({ path }), output: nothing },
  /**
   * Watches a folder that the user chooses in the place of one that has moved; what the recent list
   * names in the old one and is in the new one is listed there. @returns no path when cancelled
   */
  "library.relocate": {
    input: z.object({ path }),
    output: z.object({ path: path.optional() }),
  },
  /** Tells folders from everything else. */
  "library.kinds": {
    input: z.object({ paths: z.array(path) }),
    output: z.object({ folders: z.array(path), files: z.array(path) }),
  },
  /** Puts paths at the head of the recent list, the first of them first. */
  "recent.add": { input: z.object({ paths: z.array(path) }), output: settingsSchema },
  "recent.remove": { input: z.object({ path }), output: settingsSchema },
  ...imageCalls,
  ...jobCalls,
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

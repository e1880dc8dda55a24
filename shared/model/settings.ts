import { z } from "zod";

const windowPlaceSchema = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  maximized: z.boolean(),
});
export type WindowPlace = z.infer<typeof windowPlaceSchema>;

/** What Lamina keeps between starts. `version` counts the shape of this file. */
export const settingsSchema = z.object({
  version: z.literal(1),
  theme: z.enum(["auto", "light", "dark"]).default("auto"),
  /** Paths opened before, the latest first. */
  recent: z.array(z.string()).default([]),
  /** Where the window was, in device-independent pixels; absent before the first time it was closed. */
  window: windowPlaceSchema.optional(),
});
export type Settings = z.infer<typeof settingsSchema>;

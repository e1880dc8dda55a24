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

/**
 * What can be read of a settings file. Each field stands for itself: one that is damaged takes its
 * default and costs no other, and so does a single path of the recent list. Of another version
 * nothing is read.
 */
export function readableSettings(text: string): {
  readonly settings: Settings;
  /** False when something of the text was damaged. */
  readonly whole: boolean;
} {
  const found = fieldsIn(text);
  const parsed = settingsSchema.safeParse(found);
  if (parsed.success) return { settings: parsed.data, whole: true };
  const { version, theme, recent, window } = settingsSchema.shape;
  if (!version.safeParse(found["version"]).success) {
    return { settings: settingsSchema.parse({ version: 1 }), whole: false };
  }
  const place = window.safeParse(found["window"]).data;
  const paths = Array.isArray(found["recent"]) ? found["recent"] : [];
  const settings: Settings = {
    version: 1,
    theme: theme.catch("auto").parse(found["theme"]),
    recent: recent.parse(paths.filter((path) => typeof path === "string")),
    ...(place && { window: place }),
  };
  return { settings, whole: false };
}

/** The fields of the object that the text is; none when it is something else. */
function fieldsIn(text: string): Readonly<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    return {};
  }
}

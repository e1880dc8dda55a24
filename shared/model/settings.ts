import { z } from "zod";
import { purposeSchema } from "./preflight";

export { settingsDefaults } from "./settings-defaults";

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
  /** A catalog's language as a BCP 47 tag, or that of the system. */
  language: z.enum(["auto", "en", "vi", "zh-CN"]).default("auto"),
  /** Whether 1 KiB is 1024 bytes, or 1 kB 1000. */
  units: z.enum(["binary", "decimal"]).default("binary"),
  /** Folders whose images are in the library. */
  watchedFolders: z.array(z.string()).default([]),
  /** Folders whose files any image may name and have opened. */
  trustedFolders: z.array(z.string()).default([]),
  /** What the last conversion was for; absent before the first one. */
  purpose: purposeSchema.optional(),
  /** What was on the page when the window was closed; absent for the welcome. */
  page: z.object({ image: z.string(), tab: z.string() }).optional(),
  /** Where the window was, in device-independent pixels; absent before the first time it was closed. */
  window: windowPlaceSchema.optional(),
});
export type Settings = z.infer<typeof settingsSchema>;

/**
 * What can be read of a settings file. Each field stands for itself: one that is damaged takes its
 * default and costs no other, and so does a single path of a list. Of another version nothing is read.
 */
export function readableSettings(text: string): {
  readonly settings: Settings;
  /** "some" of its fields, or "all": the text is no object of fields. */
  readonly damage: "none" | "some" | "all";
} {
  const found = fieldsIn(text);
  if (found === undefined) return { settings: settingsSchema.parse({ version: 1 }), damage: "all" };
  const parsed = settingsSchema.safeParse(found);
  if (parsed.success) return { settings: parsed.data, damage: "none" };
  const { version } = settingsSchema.shape;
  const kept: Record<string, unknown> = { version: 1 };
  if (version.safeParse(found["version"]).success)
    for (const [name, field] of Object.entries(settingsSchema.shape)) {
      const value = found[name];
      const readable = Array.isArray(value)
        ? value.filter((each) => typeof each === "string")
        : value;
      if (field.safeParse(readable).success) kept[name] = readable;
    }
  return { settings: settingsSchema.parse(kept), damage: "some" };
}

/** The fields of the object that the text is; undefined when it is something else. */
function fieldsIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

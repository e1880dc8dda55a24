import { z } from "zod";

/** What Lamina keeps between starts. `version` counts the shape of this file. */
export const settingsSchema = z.object({
  version: z.literal(1),
  theme: z.enum(["auto", "light", "dark"]).default("auto"),
  /** Paths opened before, the latest first. */
  recent: z.array(z.string()).default([]),
});
export type Settings = z.infer<typeof settingsSchema>;

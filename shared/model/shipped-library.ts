import { z } from "zod";

/** A library that is shipped inside Lamina, as the build found it. */
export const librarySchema = z.object({
  name: z.string(),
  version: z.string(),
  /** SPDX expression, as its package states it. */
  licence: z.string(),
  /** Copyright and conditions; where the package has no text of them, one sentence. */
  text: z.string(),
});

export type Library = z.infer<typeof librarySchema>;

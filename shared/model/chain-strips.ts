import { z } from "zod";

/** Stretches of the disk in bytes, ascending, none touching the next, rounded to what a picture shows. */
const strip = z.array(z.object({ at: z.number(), length: z.number() }));

/** Where each file of a chain holds data, and where it is the one that answers. */
export const chainStripsSchema = z.object({
  /** Bytes of the disk that the guest sees. */
  size: z.number(),
  /** The image first, its base last, as far as the chain can be followed. */
  layers: z.array(
    z.object({
      path: z.string(),
      /** What it holds, also where a layer above hides it. */
      holds: strip,
      /** What the guest reads from it. */
      answers: strip,
    }),
  ),
});
export type ChainStrips = z.infer<typeof chainStripsSchema>;

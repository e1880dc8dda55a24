import { readFileSync } from "node:fs";
import { z } from "zod";
import { formatIdSchema } from "../../shared/model/format";

const regionSchema = z.object({
  name: z.string(),
  /** Byte offset in the file, and bytes. */
  at: z.number(),
  length: z.number(),
  /**
   * What it is made of: binary fields, lines and tags, the name of another file, or fields in base64.
   */
  kind: z.enum(["fields", "text", "name", "wide-name", "base64"]),
});

/** A part of an image that is worth damaging. */
export type Region = z.infer<typeof regionSchema>;

const seedImageSchema = z.object({
  /** What is special about it. */
  name: z.string(),
  format: formatIdSchema,
  /** Name of the image, which lies in a folder of its own together with the files that it names. */
  file: z.string(),
  folder: z.string(),
  regions: z.array(regionSchema),
  order: z.enum(["big", "little"]),
  passphrase: z.string().optional(),
  /** What is packed in it: a file outside of its folder, to be damaged and packed again. */
  inside: z
    .object({
      path: z.string(),
      packing: z.enum(["gz", "xz", "zst"]),
      regions: z.array(regionSchema),
    })
    .optional(),
});

/** A whole image, from which damaged ones are made. */
export type SeedImage = z.infer<typeof seedImageSchema>;

const corpusSchema = z.array(seedImageSchema);

/** Reads what `makeCorpus` wrote. */
export function readCorpus(path: string): SeedImage[] {
  return corpusSchema.parse(JSON.parse(readFileSync(path, "utf8")));
}

import { z } from "zod";
import { formatIdSchema, optionValuesSchema } from "./format";

/**
 * How an image gets its space: as the guest writes, and so does its file its length; in a file of its
 * full length whose zeros are holes; all of it at once, zeroed on first write; or all of it at once and
 * zeroed at once.
 */
export const provisioningSchema = z.enum(["thin", "thick-sparse", "thick-lazy", "thick-eager"]);
export type Provisioning = z.infer<typeof provisioningSchema>;

/** What an image would take in one format, measured and not yet written. Sizes in bytes. */
export const measuredVariantSchema = z.object({
  format: formatIdSchema,
  /** The format's name for people, for a variant that no catalog names. */
  label: z.string(),
  /** Key of the variant's name in the catalogs of texts. */
  variant: z.string(),
  provisioning: provisioningSchema,
  /** What has to be chosen when converting to it. */
  options: optionValuesSchema,
  /** Whether its data has to be stored compressed; not, when absent. */
  compress: z.boolean().optional(),
  /** Length of the new file. */
  fileLength: z.number(),
  /** What the host gives to it at once. */
  allocated: z.number(),
  /** What it takes once the guest has written every block. */
  fullyAllocated: z.number(),
  /** Present when a sample of the data stands for all of it. */
  estimated: z
    .object({
      /** Bytes of the sample. */
      sampled: z.number(),
      /** By how much the size may be off, as a part of it. */
      error: z.number(),
    })
    .optional(),
});
export type MeasuredVariant = z.infer<typeof measuredVariantSchema>;

/** What an image would take as one target with chosen options. Sizes in bytes. */
export const measuredSizeSchema = measuredVariantSchema.pick({
  fileLength: true,
  allocated: true,
  fullyAllocated: true,
  estimated: true,
});
export type MeasuredSize = z.infer<typeof measuredSizeSchema>;

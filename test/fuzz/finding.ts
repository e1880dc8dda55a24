import { z } from "zod";
import { formatIdSchema } from "../../shared/model/format";

export const caseNameSchema = z.object({
  number: z.number(),
  /** Which whole image it was made from. */
  image: z.string(),
  /** Name of the damaged image in its folder. */
  file: z.string(),
  /** The format that was named. */
  format: formatIdSchema.optional(),
  passphrase: z.string().optional(),
});

/** One case: enough to try it again when its files are there. */
export type CaseName = z.infer<typeof caseNameSchema>;

export const findingSchema = caseNameSchema.extend({ what: z.string() });

/** What went wrong with one case. */
export type Finding = z.infer<typeof findingSchema>;

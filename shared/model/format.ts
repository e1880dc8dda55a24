import { z } from "zod";

/** Every format that Lamina knows, by its qemu-img name where there is one. */
export const formatIdSchema = z.enum([
  "raw",
  "qcow",
  "qcow2",
  "vmdk",
  "vdi",
  "vpc",
  "vhdx",
  "parallels",
  "dmg",
  "iso",
]);
export type FormatId = z.infer<typeof formatIdSchema>;

/** What an image may be wrapped in, and is taken out of when it is opened or converted. */
export const wrappingIdSchema = z.enum(["tar", "gz", "xz", "zst"]);
export type WrappingId = z.infer<typeof wrappingIdSchema>;

/** One thing that can be chosen when an image is created; `name` is qemu-img's `-o` name where there is one. */
export const optionSpecSchema = z.discriminatedUnion("kind", [
  z.object({
    name: z.string(),
    kind: z.literal("size"),
    /** Bytes. */
    default: z.number(),
    /** The values a form offers, in bytes. */
    choices: z.array(z.number()),
  }),
  z.object({
    name: z.string(),
    kind: z.literal("choice"),
    default: z.string(),
    choices: z.array(z.string()),
    /** The values of another option without which it can be nothing but its default. */
    onlyWith: z
      .object({ option: z.string(), values: z.array(z.union([z.string(), z.boolean()])) })
      .optional(),
  }),
  z.object({
    name: z.string(),
    kind: z.literal("switch"),
    default: z.boolean(),
    /** The option without which this one cannot be on. */
    needs: z.string().optional(),
  }),
  /** Words of one's own; empty for none. */
  z.object({ name: z.string(), kind: z.literal("text"), default: z.string() }),
]);
export type OptionSpec = z.infer<typeof optionSpecSchema>;

export const optionValuesSchema = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean()]),
);
export type OptionValues = z.infer<typeof optionValuesSchema>;

/** What the renderer knows of a format; made from the registry. */
export const formatModelSchema = z.object({
  id: formatIdSchema,
  label: z.string(),
  extensions: z.array(z.string()),
  writable: z.boolean(),
  backing: z.boolean(),
  /** Whether its data can be stored compressed. */
  compresses: z.boolean(),
  options: z.array(optionSpecSchema),
});
export type FormatModel = z.infer<typeof formatModelSchema>;

import { z } from "zod";

/** What a second start hands to the first besides its command line. */
export type HandOver = { readonly files?: string };

const handOverSchema = z.object({ files: z.string() });
const filesSchema = z.array(z.string());

/** Chromium's message holds 32 KiB, the command line included; past it the first start gets killed. */
const MAX_LENGTH = 8192;

/**
 * Absolute paths as what Electron carries safely: it trims white space out of its message wherever
 * that lies beside a zero byte, so one plain ASCII word. Too many paths are left to the command line.
 */
export function handOver(files: readonly string[]): HandOver {
  const word = Buffer.from(JSON.stringify(files)).toString("base64url");
  return word.length > MAX_LENGTH ? {} : { files: word };
}

/** The paths that a second start handed over; undefined when there are none in it. */
export function handedOver(value: unknown): string[] | undefined {
  const parsed = handOverSchema.safeParse(value);
  if (!parsed.success) return undefined;
  try {
    const text = Buffer.from(parsed.data.files, "base64url").toString();
    return filesSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

import { z } from "zod";

/** How: in order by 1 MiB, or 4 KiB at a time all over it. */
export const speedPatternSchema = z.enum(["sequential", "random"]);
export type SpeedPattern = z.infer<typeof speedPatternSchema>;

/** All requests that were made in a row. */
const speedPassSchema = z.object({
  bytes: z.number(),
  requests: z.number(),
  seconds: z.number(),
});
export type SpeedPass = z.infer<typeof speedPassSchema>;

/** What reading came to. */
export const speedResultSchema = z.object({
  /** Bytes of the disk or file. */
  size: z.number(),
  /** Bytes of one request; the last of a disk may be shorter. */
  requestSize: z.number(),
  /** Bytes that were to be read in the first pass. */
  asked: z.number(),
  /** With whatever the system had in its cache before; ended by the time limit where it read fewer bytes than `asked`. */
  first: speedPassSchema,
  /** The same requests once or several times again: from the system's cache, where it had room for them. */
  again: speedPassSchema,
  /** Of the bytes of the first pass, those that no file stores: they were made in memory. */
  unstored: z.number(),
});
export type SpeedResult = z.infer<typeof speedResultSchema>;

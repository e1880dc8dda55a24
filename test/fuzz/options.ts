import { parseArgs } from "node:util";
import { availableParallelism } from "node:os";
import { formatIdSchema, type FormatId } from "../../shared/model/format";

/** What `npm run fuzz -- …` was asked for. */
export interface FuzzOptions {
  /** Stops after so many seconds, or after the last case. */
  readonly seconds: number;
  readonly cases: number;
  /** Number of the first case. */
  readonly from: number;
  readonly seed: number;
  /** Only images of this format; of all, when absent. */
  readonly format?: FormatId;
  readonly processes: number;
  /** Folder of a finding that is to be run again, instead of anything else. */
  readonly replay?: string;
}

/** @throws Error that says how to call it. */
export function readOptions(args: readonly string[]): FuzzOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: "string", default: "600" },
      cases: { type: "string", default: String(2 ** 31) },
      from: { type: "string", default: "0" },
      seed: { type: "string", default: "1" },
      format: { type: "string" },
      processes: { type: "string", default: String(Math.min(8, availableParallelism())) },
      replay: { type: "string" },
    },
  });
  return {
    seconds: whole("seconds", values.seconds),
    cases: whole("cases", values.cases),
    from: whole("from", values.from),
    seed: whole("seed", values.seed),
    processes: Math.max(1, whole("processes", values.processes)),
    ...(values.format !== undefined && { format: formatIdSchema.parse(values.format) }),
    ...(values.replay !== undefined && { replay: values.replay }),
  };
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 2 ** 31) return value;
  throw new Error(`--${name} takes a whole number up to 2^31, not ${text}`);
}

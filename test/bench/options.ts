import { parseArgs } from "node:util";
import { rows, type Row } from "./rows";

/** What `npm run bench -- …` was asked for. */
export interface BenchOptions {
  readonly rows: readonly Row[];
  /** Undisturbed rounds that a row needs. */
  readonly rounds: number;
  /** Virtual size of the disk that is converted, in bytes. */
  readonly size: number;
}

const units: Readonly<Record<string, number>> = { M: 2 ** 20, G: 2 ** 30 };
/** The longest run of data is 4 MiB; a few of them must fit. */
const leastSize = 64 * 2 ** 20;

/** @throws Error that says how to call it. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: "string", default: "" },
      rounds: { type: "string", default: "5" },
      size: { type: "string", default: "2G" },
    },
  });
  return {
    rows: rowsNamed(values.rows),
    rounds: roundsIn(values.rounds),
    size: sizeIn(values.size),
  };
}

/** The rows whose name has one of these words, given with commas between them; all for none. */
function rowsNamed(list: string): readonly Row[] {
  const words = list.toLowerCase().split(",");
  const chosen = rows.filter(({ name }) => words.some((word) => name.toLowerCase().includes(word)));
  if (chosen.length > 0) return chosen;
  const names = rows.map(({ name }) => `  ${name}`).join("\n");
  throw new Error(`--rows takes words of these names, with commas between them:\n${names}`);
}

function roundsIn(text: string): number {
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds >= 1) return rounds;
  throw new Error(`--rounds takes a number from 1 on, not ${text}`);
}

function sizeIn(text: string): number {
  const [, count, unit = ""] = /^(\d+)([MG])$/.exec(text) ?? [];
  const size = Number(count) * (units[unit] ?? Number.NaN);
  if (size >= leastSize) return size;
  throw new Error(`--size takes 64M or more, as 512M or 2G, not ${text}`);
}

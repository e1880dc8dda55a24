import type { Round } from "./rounds";
import type { Row } from "./rows";

/** What a row came to. Ratios are Lamina's figure by the other program's. */
export interface RowResult {
  readonly name: string;
  readonly bars: Row["bars"];
  /** Seconds, median. */
  readonly wall: { readonly lamina: number; readonly other: number };
  readonly wallRatio: number;
  readonly cpuRatio: number;
  /** Bytes, the most of all rounds. */
  readonly peak: { readonly lamina: number; readonly other: number };
  /** "busy": no round was undisturbed; the times are those of disturbed ones and decide nothing. */
  readonly verdict: "ok" | "missed" | "busy";
  readonly rounds: readonly Round[];
}

/** Times come from the undisturbed rounds, memory from all. */
export function resultOf({ name, bars }: Row, rounds: readonly Round[]): RowResult {
  const clean = rounds.filter(({ disturbed }) => !disturbed);
  const timed = clean.length > 0 ? clean : rounds;
  const wallRatio = median(timed.map(({ lamina, other }) => lamina.wall / other.wall));
  const peak = most(rounds.map(({ lamina }) => lamina.peak));
  const slow = bars.wall !== undefined && clean.length > 0 && wallRatio > bars.wall;
  const missed = peak > bars.peak || slow;
  return {
    name,
    bars,
    wall: {
      lamina: median(timed.map(({ lamina }) => lamina.wall)),
      other: median(timed.map(({ other }) => other.wall)),
    },
    wallRatio,
    cpuRatio: median(timed.map(({ lamina, other }) => lamina.cpu / other.cpu)),
    peak: { lamina: peak, other: most(rounds.map(({ other }) => other.peak)) },
    verdict: missed ? "missed" : clean.length === 0 ? "busy" : "ok",
    rounds,
  };
}

const most = (values: readonly number[]): number => Math.max(...values);

/** The middle one, or between the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The columns of the table, and how a result fills them. */
const columns: readonly (readonly [string, (result: RowResult) => string])[] = [
  ["row", ({ name }) => name],
  ["other s", ({ wall }) => wall.other.toFixed(3)],
  ["Lamina s", ({ wall }) => wall.lamina.toFixed(3)],
  ["wall", ({ wallRatio }) => wallRatio.toFixed(2)],
  ["bar", ({ bars }) => bars.wall?.toFixed(2) ?? ""],
  ["CPU", ({ cpuRatio }) => cpuRatio.toFixed(2)],
  ["other MB", ({ peak }) => megabytes(peak.other)],
  ["Lamina MB", ({ peak }) => megabytes(peak.lamina)],
  ["bar", ({ bars }) => megabytes(bars.peak)],
  [
    "rounds",
    ({ rounds }) => `${rounds.filter(({ disturbed }) => !disturbed).length}/${rounds.length}`,
  ],
  ["", ({ verdict }) => verdict],
];

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);

/** The table: one line a result, under the names of the columns. */
export function tableOf(results: readonly RowResult[]): string {
  const lines = [columns.map(([title]) => title)];
  for (const result of results) lines.push(columns.map(([, cell]) => cell(result)));
  const widths = columns.map((_, at) => most(lines.map((cells) => cells[at]?.length ?? 0)));
  return lines
    .map((cells) =>
      cells
        .map((cell, at) =>
          at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
        )
        .join("  "),
    )
    .join("\n");
}

import { rmSync } from "node:fs";
import { join } from "node:path";
import { measure, type Measurement } from "./measure";
import type { Row } from "./rows";

/** Both programs, one after the other. */
export interface Round {
  readonly lamina: Measurement;
  readonly other: Measurement;
  /** Something else was at work: it says nothing of speed. */
  readonly disturbed: boolean;
}

/** Where and with what a row is run. */
export interface Bench {
  readonly folder: string;
  /** Lamina's bundle. */
  readonly bundle: string;
  /** Undisturbed rounds wanted. */
  readonly rounds: number;
}

/** Attempts for each round that is wanted, before it is given up on a busy machine. */
const attempts = 3;
/** CPU cores that others may keep busy. */
const mostForeign = 0.3;
/** Seconds of CPU by which the counters, which count in ticks of 10 ms, may be wrong. */
const counterError = 0.03;

/** Runs a row until it has the rounds that are wanted. What every round made is checked. */
export async function runRounds(row: Row, input: string, bench: Bench): Promise<Round[]> {
  // Loads what both read into the page cache.
  await runRound(row, input, bench, 0);
  const done: Round[] = [];
  let clean = 0;
  for (let nth = 0; clean < bench.rounds && nth < bench.rounds * attempts; nth += 1) {
    const round = await runRound(row, input, bench, nth);
    done.push(round);
    if (!round.disturbed) clean += 1;
  }
  return done;
}

async function runRound(row: Row, input: string, bench: Bench, nth: number): Promise<Round> {
  const { folder, bundle } = bench;
  const made = { lamina: join(folder, "lamina.out"), other: join(folder, "other.out") };
  const printed = { lamina: join(folder, "lamina.txt"), other: join(folder, "other.txt") };
  const commands = {
    lamina: [process.execPath, bundle, ...row.lamina(input, made.lamina)],
    other: row.other(input, made.other),
  };
  const results: Partial<Record<"lamina" | "other", Measurement>> = {};
  const order = nth % 2 === 0 ? (["lamina", "other"] as const) : (["other", "lamina"] as const);
  for (const who of order) {
    row.prepare?.(input, made[who]);
    results[who] = await measure(commands[who], folder, printed[who]);
  }
  const { lamina, other } = results;
  if (lamina === undefined || other === undefined) throw new Error("a program was not run");
  const paths = row.makesImage ? made : printed;
  await row.verify({ input, ...paths });
  for (const path of Object.values(made)) rmSync(path, { force: true });
  return { lamina, other, disturbed: isDisturbed(lamina) || isDisturbed(other) };
}

const isDisturbed = ({ foreign, wall }: Measurement): boolean =>
  foreign > mostForeign + counterError / wall;

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { createInputs, hugeQcow2, qemuMade, sparseRaw } from "../inputs";
import { onMap, whileConverting, type Response } from "./response";
import { measureStart, type StartResult } from "./start";

/** Times a bare window's time until Lamina shows an image; milliseconds to an answer, and of a task. */
const bars = { start: 1.5, answer: 50, task: 200 };
const diskSize = 2 ** 30;
const reportFile = resolve(import.meta.dirname, "../../../test-results/bench-window.json");

/** A line of the table. */
interface Line {
  readonly name: string;
  readonly figure: string;
  readonly bar?: string;
  readonly missed: boolean;
  readonly disturbed: boolean;
}

/**
 * Measures the desktop app's window: its start and its answers. The answer is the exit code: 0 when
 * every line holds its bar.
 */
export async function benchWindow(args: readonly string[]): Promise<number> {
  try {
    const { rounds, seconds } = readOptions(args);
    return await measureAll(rounds, seconds);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

/** @throws Error that says how to call it. */
function readOptions(args: readonly string[]): { rounds: number; seconds: number } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      window: { type: "boolean" },
      rounds: { type: "string", default: "7" },
      seconds: { type: "string", default: "15" },
    },
  });
  const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
  if (!Number.isInteger(rounds) || rounds < 1 || !(seconds >= 1)) {
    throw new Error("--rounds and --seconds take a number from 1 on");
  }
  return { rounds, seconds };
}

async function measureAll(rounds: number, seconds: number): Promise<number> {
  if (process.platform !== "linux") throw new Error("The benchmark reads /proc: it needs Linux.");
  const folder = mkdtempSync(join(tmpdir(), "lamina-bench-"));
  // A program that was stopped may still be at work there.
  const removal = { recursive: true, force: true, maxRetries: 9, retryDelay: 200 };
  process.on("exit", () => rmSync(folder, removal));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

  const inputs = createInputs(folder, diskSize);
  const disk = await inputs.get(sparseRaw);
  const image = await inputs.get(qemuMade("qcow2"));
  console.log("start …");
  const start = await measureStart(image, folder, rounds);
  console.log("use while four conversions run …");
  const converting = await whileConverting(disk, image, folder, seconds);
  console.log("map of 2 TiB …");
  const map = await onMap(await inputs.get(hugeQcow2), folder, Math.min(seconds, 8));

  const lines = [
    ...startLines(start),
    ...responseLines("four conversions", converting),
    ...responseLines("map of 2 TiB", map),
  ];
  console.log(`\n${tableOf(lines)}\n`);
  const { done, running } = converting.conversions;
  console.log(
    `Of the four conversions ${running} ran at once, the others waited; ${done} were done.`,
  );
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  mkdirSync(resolve(reportFile, ".."), { recursive: true });
  writeFileSync(
    reportFile,
    `${JSON.stringify({ machine, bars, start, converting, map }, null, 2)}\n`,
  );
  return judge(lines);
}

const milliseconds = (value: number): string => `${value.toFixed(0)} ms`;

function startLines({ lamina, bare, ratio, rounds }: StartResult): Line[] {
  const disturbed = rounds.every((round) => round.disturbed);
  const stagesOf = (name: string, { ready, window, page, painted }: typeof lamina): Line => ({
    name: `${name}: ready, window, page, painted`,
    figure: [ready, window, page, painted].map((value) => value.toFixed(0)).join(" ") + " ms",
    missed: false,
    disturbed: false,
  });
  return [
    stagesOf("bare window", bare),
    stagesOf("Lamina", lamina),
    {
      name: "start, of a bare window's",
      figure: ratio.toFixed(2),
      bar: bars.start.toFixed(2),
      missed: ratio > bars.start,
      disturbed,
    },
  ];
}

function responseLines(name: string, response: Response): Line[] {
  const { inputs, events, longest, frames, count, disturbed } = response;
  const line = (what: string, value: number, bar?: number): Line => ({
    name: `${name}: ${what}`,
    figure: milliseconds(value),
    ...(bar !== undefined && { bar: milliseconds(bar) }),
    missed: bar !== undefined && !(value <= bar),
    disturbed,
  });
  return [
    line(`95 % of ${count} inputs`, inputs, bars.answer),
    ...(Number.isNaN(events) ? [] : [line("95 % of clicks and keys", events, bars.answer)]),
    line("longest task", longest, bars.task),
    line("95 % of frames", frames.p95),
    line("longest frame", frames.longest),
  ];
}

/** A line each: name, figure, bar, verdict. */
function tableOf(lines: readonly Line[]): string {
  const wide = Math.max(...lines.map(({ name }) => name.length));
  return lines
    .map((line) => {
      const bar = (line.bar ?? "").padStart(8);
      return `${line.name.padEnd(wide)}  ${line.figure.padStart(20)}  ${bar}  ${verdictOf(line)}`;
    })
    .join("\n");
}

/** "busy": others were at work, so that the figure decides nothing. */
function verdictOf({ bar, missed, disturbed }: Line): string {
  if (bar === undefined) return "";
  return disturbed ? "busy" : missed ? "missed" : "ok";
}

const judge = (lines: readonly Line[]): number =>
  lines.every((line) => line.bar === undefined || verdictOf(line) === "ok") ? 0 : 1;

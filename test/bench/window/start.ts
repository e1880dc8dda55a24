import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { z } from "zod";
import { median } from "../results";
import { watched } from "./quiet";

/** Milliseconds from the start of the process to each stage. */
export type Stages = z.infer<typeof stagesSchema>;

/** One start of each, one after the other. */
export interface StartRound {
  readonly lamina: Stages;
  readonly bare: Stages;
  /** Others were at work: it says nothing of speed. */
  readonly disturbed: boolean;
}

/** Times come from the undisturbed rounds; from all when there is none. */
export interface StartResult {
  /** Medians. */
  readonly lamina: Stages;
  readonly bare: Stages;
  /** Median of the rounds' own ratios of `painted`, Lamina's by the bare window's. */
  readonly ratio: number;
  readonly rounds: readonly StartRound[];
}

const stagesSchema = z.object({
  /** The main process runs its first script. */
  main: z.number(),
  /** Electron is ready. */
  ready: z.number(),
  /** The window is made. */
  window: z.number(),
  /** The page's own document is there. */
  page: z.number(),
  /** It is shown, with what it was started for. */
  painted: z.number(),
});
const stages = ["main", "ready", "window", "page", "painted"] as const;

const root = resolve(import.meta.dirname, "../../..");
const patience = 60_000;
/** Milliseconds for which the first start of each stays, as a user's does: caches are filled meanwhile. */
const firstStay = 5000;
/** Attempts for each round that is wanted, before it is given up on a busy machine. */
const attempts = 3;

/** Starts Lamina with an image and a bare window by turns, after one start of each that fills the caches. */
export async function measureStart(
  image: string,
  folder: string,
  rounds: number,
): Promise<StartResult> {
  const start = {
    // The Overview's cards are what it consists of.
    lamina: (stays = 0) =>
      startOnce(folder, "lamina", stays, root, '[role="tabpanel"] section h2', image),
    bare: (stays = 0) =>
      startOnce(folder, "bare", stays, join(import.meta.dirname, "bare"), "#painted"),
  };
  await start.lamina(firstStay);
  await start.bare(firstStay);
  const done: StartRound[] = [];
  let clean = 0;
  for (let nth = 0; clean < rounds && nth < rounds * attempts; nth += 1) {
    const round = await watched(() => runRound(start, nth % 2 === 0));
    done.push(round);
    if (!round.disturbed) clean += 1;
  }
  const timed = clean > 0 ? done.filter(({ disturbed }) => !disturbed) : done;
  return {
    lamina: medians(timed.map(({ lamina }) => lamina)),
    bare: medians(timed.map(({ bare }) => bare)),
    ratio: median(timed.map(({ lamina, bare }) => lamina.painted / bare.painted)),
    rounds: done,
  };
}

async function runRound(
  start: Record<"lamina" | "bare", () => Promise<Stages>>,
  laminaFirst: boolean,
): Promise<Record<"lamina" | "bare", Stages>> {
  if (laminaFirst) {
    const lamina = await start.lamina();
    return { lamina, bare: await start.bare() };
  }
  const bare = await start.bare();
  return { lamina: await start.lamina(), bare };
}

function medians(all: readonly Stages[]): Stages {
  const of = (stage: keyof Stages): number => median(all.map((each) => each[stage]));
  return stagesSchema.parse(Object.fromEntries(stages.map((stage) => [stage, of(stage)])));
}

/** Starts an application in Electron, which ends `stays` milliseconds after its picture. @throws Error when it tells nothing. */
function startOnce(
  folder: string,
  name: string,
  stays: number,
  application: string,
  waitsFor: string,
  ...files: readonly string[]
): Promise<Stages> {
  const userData = join(folder, `${name}-settings`);
  mkdirSync(userData, { recursive: true });
  const executable: unknown = createRequire(import.meta.url)("electron");
  const args = [
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    `--user-data-dir=${userData}`,
    "-r",
    join(import.meta.dirname, "start-probe.cjs"),
    application,
    ...files,
  ];
  const began = performance.timeOrigin + performance.now();
  const child = spawn(String(executable), args, {
    env: {
      ...process.env,
      LAMINA_USER_DATA: userData,
      BENCH_WAITS_FOR: waitsFor,
      BENCH_STAYS: String(stays),
    },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: patience,
  });
  let told = "";
  let complaints = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (told += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text));
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", () => {
      const passed = /^passed (.*)$/m.exec(told)?.[1];
      if (passed === undefined) fail(new Error(`${name} painted nothing:\n${told}${complaints}`));
      else {
        const clock = stagesSchema.parse(JSON.parse(passed));
        const entries = stages.map((stage) => [stage, clock[stage] - began]);
        done(stagesSchema.parse(Object.fromEntries(entries)));
      }
    });
  });
}

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { random, runSeed } from "../helpers/seed";
import { buildScripts, createLoad, type Load } from "./load";
import {
  growth,
  MOST_A_MINUTE,
  openHandles,
  takeSample,
  type Measure,
  type Sample,
} from "./samples";

const MIB = 1024 * 1024;
/** Jobs queued at once. */
const JOBS = 20;
/**
 * The part of the time before the first sample that counts: threads, code and caches are built up
 * in it, and the system's allocator gets its arenas.
 */
const WARM_UP = 0.4;

/**
 * Keeps the queue, the inspector and the measurer busy for as long as `--minutes` says (2), then
 * quits amid it. The answer is the exit code: 0 when nothing has grown and nothing is left.
 */
export async function soak(args: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "lamina-soak-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  try {
    if (process.platform !== "linux") throw new Error("The soak reads /proc: it needs Linux.");
    const minutes = minutesIn(args);
    console.log(`${minutes} minutes, seed ${runSeed}`);
    const load = createLoad(await buildScripts("lamina-soak"), folder, random(runSeed), 8 * MIB);
    const flat = tell(await sampled(load, minutes));
    if (!flat) console.log(`Open: ${openHandles().join(", ")}`);
    await load.quit(JOBS);
    console.log(
      `Quit amid ${JOBS} jobs; ${readdirSync(join(folder, "targets")).length} files left.`,
    );
    return flat ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

function minutesIn(args: readonly string[]): number {
  const options = { minutes: { type: "string", default: "2" } } as const;
  const minutes = Number(parseArgs({ args: [...args], options }).values.minutes);
  if (minutes > 0) return minutes;
  throw new Error("--minutes takes a number above 0.");
}

async function sampled(load: Load, minutes: number): Promise<Sample[]> {
  const since = performance.now();
  const samples: Sample[] = [];
  const sums = { rounds: 0, done: 0, cancelled: 0, opened: 0 };
  while (performance.now() - since < minutes * 60_000) {
    const { done, cancelled, opened } = await load.round(JOBS);
    sums.rounds += 1;
    sums.done += done;
    sums.cancelled += cancelled;
    sums.opened += opened;
    const sample = await quietSample(since);
    if (sample.at > minutes * 60 * WARM_UP) samples.push(sample);
  }
  console.log(
    `${sums.rounds} rounds: ${sums.done} conversions done, ${sums.cancelled} cancelled, ` +
      `images opened ${sums.opened} times`,
  );
  return samples;
}

/**
 * Of three samples the one with the fewest handles: a thread that has answered closes its files a
 * moment later, and one that leaks has them open in all three.
 */
async function quietSample(since: number): Promise<Sample> {
  const samples: Sample[] = [];
  for (let look = 0; look < 3; look++) {
    await new Promise((next) => setTimeout(next, 100));
    samples.push(takeSample(since));
  }
  return samples.reduce((best, next) => (next.handles < best.handles ? next : best));
}

/** Prints a line for each measure; whether all kept within their bounds. */
function tell(samples: readonly Sample[]): boolean {
  const measures = Object.keys(MOST_A_MINUTE) as Measure[];
  const rows = measures.map((measure) => {
    const grown = growth(samples, measure);
    const holds = samples.length > 1 && grown <= MOST_A_MINUTE[measure];
    return {
      measure,
      first: samples[0]?.[measure],
      last: samples.at(-1)?.[measure],
      "a minute": Math.round(grown * 100) / 100,
      most: MOST_A_MINUTE[measure],
      holds,
    };
  });
  console.table(rows);
  return rows.every(({ holds }) => holds);
}

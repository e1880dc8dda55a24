import { readdirSync, readlinkSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What this process holds when nothing runs. Linux only. */
export interface Sample {
  /** Seconds since the load began. */
  readonly at: number;
  /** Bytes of the main thread's heap in use after a collection. */
  readonly heap: number;
  /** Bytes outside the heap that objects of the main thread hold. */
  readonly external: number;
  /** Bytes of the whole process in memory. */
  readonly resident: number;
  /** Open file descriptors. */
  readonly handles: number;
  readonly threads: number;
}

export type Measure = Exclude<keyof Sample, "at">;

/** What each may grow in a minute before it counts as a leak; an hour of that is sixty times it. */
export const MOST_A_MINUTE: Readonly<Record<Measure, number>> = {
  heap: 512 * 1024,
  external: 512 * 1024,
  // The system's allocator settles late: over a few minutes this swings.
  resident: 24 * 1024 * 1024,
  handles: 0.5,
  threads: 0.5,
};

export const countThreads = (): number => readdirSync("/proc/self/task").length;
export const countHandles = (): number => readdirSync("/proc/self/fd").length;

/** What is open, one for each file or kind of descriptor, with how many. */
export function openHandles(): string[] {
  const counts = new Map<string, number>();
  for (const fd of readdirSync("/proc/self/fd")) {
    try {
      const name = readlinkSync(`/proc/self/fd/${fd}`).replace(/\[\d+\]/, "");
      counts.set(name, (counts.get(name) ?? 0) + 1);
    } catch {
      // The listing's own.
    }
  }
  return [...counts].map(([name, count]) => `${count} × ${name}`);
}

/** @param since Of `performance.now()`, when the load began. */
export function takeSample(since: number): Sample {
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    at: (performance.now() - since) / 1000,
    heap: heapUsed,
    external,
    resident: rss,
    handles: countHandles(),
    threads: countThreads(),
  };
}

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // What the first finalizes the second can free.
  collect();
  collect();
}

/** Growth in a minute, by least squares over all samples; 0 for fewer than two. */
export function growth(samples: readonly Sample[], measure: Measure): number {
  const mean = (numbers: readonly number[]): number =>
    numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const middle = mean(samples.map(({ at }) => at));
  const level = mean(samples.map((sample) => sample[measure]));
  let product = 0;
  let square = 0;
  for (const sample of samples) {
    product += (sample.at - middle) * (sample[measure] - level);
    square += (sample.at - middle) ** 2;
  }
  return square === 0 ? 0 : (product / square) * 60;
}

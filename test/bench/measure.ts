import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

/** What one run of a program took. */
export interface Measurement {
  /** Seconds, start and end of the process counted. */
  readonly wall: number;
  /** Seconds of CPU, user and system, of all its threads. */
  readonly cpu: number;
  /** Most bytes of memory that it had at once. */
  readonly peak: number;
  /** CPU cores that others kept busy meanwhile, on average. */
  readonly foreign: number;
}

/**
 * Runs a program and measures it with GNU time, a small process that starts it: Node would count its
 * own memory as the program's.
 * @param folder For the measurement.
 * @param output File that gets what the program prints.
 * @throws Error when the program fails.
 */
export async function measure(
  command: readonly string[],
  folder: string,
  output: string,
): Promise<Measurement> {
  const report = join(folder, "time.txt");
  const args = ["-q", "-f", "%U %S %M", "-o", report, ...command];
  const stdout = openSync(output, "w");
  try {
    const busyBefore = busySeconds();
    const ownBefore = process.cpuUsage();
    const started = performance.now();
    const code = await exitCode("time", args, stdout);
    const wall = (performance.now() - started) / 1000;
    const own = process.cpuUsage(ownBefore);
    const busy = busySeconds() - busyBefore;
    if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}`);
    const [user = 0, system = 0, kibibytes = 0] = readFileSync(report, "utf8")
      .split(" ")
      .map(Number);
    const cpu = user + system;
    const others = busy - cpu - (own.user + own.system) / 1e6;
    return { wall, cpu, peak: kibibytes * 1024, foreign: Math.max(0, others) / wall };
  } finally {
    closeSync(stdout);
  }
}

function exitCode(program: string, args: readonly string[], stdout: number): Promise<number> {
  const child = spawn(program, args, { stdio: ["ignore", stdout, "inherit"] });
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("exit", (code) => done(code ?? -1));
  });
}

/** Seconds of all cores since the machine's start in which they had work or were not given to it. */
export function busySeconds(): number {
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
  const ticks = line.split(/\s+/).slice(1).map(Number);
  // proc(5): user, nice, system, idle, iowait, irq, softirq, steal; the guest's are in user.
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = ticks;
  return (user + nice + system + irq + softirq + steal) / ticksPerSecond;
}

/** USER_HZ, the same on every Linux that Node runs on. */
const ticksPerSecond = 100;

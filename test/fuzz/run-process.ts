import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { caseNameSchema, type Finding } from "./finding";
import { mostTime, placeFile, type TesterLine, type TesterOrder } from "./protocol";
import { blockLength } from "./cases";

/** One process that tries cases, again and again a new one after it had to be stopped. */
export interface ProcessParts {
  /** The built tester. */
  readonly script: string;
  /** A folder of its own. */
  readonly root: string;
  readonly order: Omit<TesterOrder, "root">;
  /** Of `performance.now()`. */
  readonly deadline: number;
  onDone(count: number): void;
  onFinding(found: Finding): void;
}

const lookEvery = 250;

/** CPU time that a case may take until its process is stopped; the process itself tells of less. */
const longest = 2 * mostTime;

/** A heap that is more than enough, and of which not too much is given to what is short-lived. */
const limits = ["--max-old-space-size=192", "--max-semi-space-size=8"];

/** Tries all the order's cases, or as many as there is time for. */
export async function runProcess(parts: ProcessParts): Promise<void> {
  let next: number | undefined = parts.order.from;
  while (next !== undefined && performance.now() < parts.deadline)
    next = await runFrom(parts, next);
}

/** The answer is the case to go on with; undefined when all are done. */
async function runFrom(parts: ProcessParts, from: number): Promise<number | undefined> {
  const { root, script, order } = parts;
  const orderFile = join(root, "order.json");
  const place = join(root, placeFile);
  writeFileSync(place, "");
  writeFileSync(orderFile, JSON.stringify({ ...order, from, root } satisfies TesterOrder));
  const child = spawn(process.execPath, [...limits, script, orderFile], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-4000);
  });
  let stopped: string | undefined;
  let last = { text: "", since: 0 };
  const watch = setInterval(() => {
    const text = readFileSync(place, "utf8");
    const spent = cpuTimeOf(child.pid);
    if (text !== last.text) last = { text, since: spent };
    if (spent - last.since > longest) stop(`slow: stopped after ${spent - last.since} ms`);
    if (performance.now() > parts.deadline) stop("deadline");
  }, lookEvery);
  const stop = (why: string): void => {
    stopped = why;
    child.kill("SIGKILL");
  };
  createInterface(child.stdout).on("line", (text) => {
    const line = JSON.parse(text) as TesterLine;
    if (line.type === "done") parts.onDone(line.done);
    else parts.onFinding(line.finding);
  });
  const code = await new Promise<number | null>((ended) => child.on("close", ended));
  clearInterval(watch);
  if (stopped === "deadline") return undefined;
  const said = readFileSync(place, "utf8");
  if (said === "") throw new Error(`The tester ended with ${String(code)}: ${errors}`);
  const at = caseNameSchema.parse(JSON.parse(said));
  const died = stopped ?? (code === 0 ? undefined : `ended with ${String(code)}: ${errors}`);
  if (died !== undefined) parts.onFinding({ ...at, what: died });
  return code === 0 && !hasMore(at.number, order) ? undefined : after(at.number, order);
}

/** A process that has ended well before the last case had taken too much memory, and said so. */
const hasMore = (at: number, { to, step }: ProcessParts["order"]): boolean =>
  after(at, { step }) < to;

/** The case behind `at` in the same process. */
function after(at: number, { step }: Pick<ProcessParts["order"], "step">): number {
  const isLast = (at + 1) % blockLength === 0;
  return isLast ? at + 1 + (step - 1) * blockLength : at + 1;
}

/** ms that a process has computed for; where that is not to be had, ms that have passed. */
function cpuTimeOf(pid: number | undefined): number {
  if (process.platform !== "linux" || pid === undefined) return Math.round(performance.now() / 4);
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    // Clock ticks of 10 ms, in user and system mode.
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}

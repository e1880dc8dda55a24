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

/** How often in a row a process may be seen to sleep at one case: it has nothing to wait for. */
const mostAsleep = 40;

/** A heap that is more than enough, and of which not too much is given to what is short-lived. */
const limits = ["--max-old-space-size=192", "--max-semi-space-size=8", "--min-semi-space-size=8"];

/**
 * Other threads that collect garbage would take the core of another process; and it is collected so
 * often here that functions would be compiled again and again.
 */
const quicker = ["--single-threaded-gc", "--no-flush-bytecode"];

/** Tries all the order's cases, or as many as there is time for. */
export async function runProcess(parts: ProcessParts): Promise<void> {
  let next: number | undefined = parts.order.from;
  // Of fewer cases than a block the first process has all.
  while (next !== undefined && next < parts.order.to && performance.now() < parts.deadline)
    next = await runFrom(parts, next);
}

/** The answer is the case to go on with; undefined when all are done. */
async function runFrom(parts: ProcessParts, from: number): Promise<number | undefined> {
  const { root, script, order } = parts;
  const orderFile = join(root, "order.json");
  const place = join(root, placeFile);
  writeFileSync(place, "");
  writeFileSync(orderFile, JSON.stringify({ ...order, from, root } satisfies TesterOrder));
  const child = spawn(process.execPath, [...limits, ...quicker, script, orderFile], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-4000);
  });
  let stopped: string | undefined;
  let last = { text: "", since: 0, spent: 0, asleep: 0 };
  const watch = setInterval(() => {
    const text = readFileSync(place, "utf8");
    const { spent, sleeps } = stateOf(child.pid);
    if (text !== last.text) last = { text, since: spent, spent, asleep: 0 };
    const rests = sleeps && text !== "" && spent === last.spent;
    last = { ...last, spent, asleep: rests ? last.asleep + 1 : 0 };
    if (spent - last.since > longest) stop(`slow: stopped after ${spent - last.since} ms`);
    if (last.asleep > mostAsleep) stop("hangs: waits for something that does not come");
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

interface ProcessState {
  /** ms that it has computed for; where that is not to be had, ms that have passed. */
  readonly spent: number;
  /** Whether it waits, and not for a processor, for a disk, or to be let go on. */
  readonly sleeps: boolean;
}

function stateOf(pid: number | undefined): ProcessState {
  if (process.platform !== "linux" || pid === undefined)
    return { spent: Math.round(performance.now() / 4), sleeps: false };
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    // Clock ticks of 10 ms, in user and system mode.
    return { spent: (Number(fields[11]) + Number(fields[12])) * 10, sleeps: fields[0] === "S" };
  } catch {
    return { spent: 0, sleeps: false };
  }
}

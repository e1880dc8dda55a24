import { readFileSync, readdirSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { buildWorker } from "../../engine/ops/copier-bundle";

/** The nice values of this process's threads, by their ids (proc(5), field 19). */
function niceValues(): Map<string, number> {
  const of = (thread: string): number => {
    const line = readFileSync(`/proc/self/task/${thread}/stat`, "utf8");
    return Number(line.slice(line.lastIndexOf(")") + 2).split(" ")[16]);
  };
  return new Map(readdirSync("/proc/self/task").map((thread) => [thread, of(thread)]));
}

describe.runIf(process.platform === "linux")("a thread that gives way", () => {
  it("is the job's own: the window's keeps its priority", async () => {
    const before = niceValues();
    // An order of nothing: the thread answers with a failure and stays until it is ended.
    const worker = new Worker(await buildWorker("job"), { workerData: { request: {} } });
    await new Promise((done) => worker.once("message", done));
    const after = niceValues();
    await worker.terminate();
    const changed = [...after].filter(([thread, nice]) => nice !== (before.get(thread) ?? 0));
    expect(changed.map(([, nice]) => nice)).toEqual([10]);
    expect(after.get(String(process.pid))).toBe(before.get(String(process.pid)));
  });
});

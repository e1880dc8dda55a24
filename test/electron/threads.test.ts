import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { watchThreads } from "../../electron/threads";

const started = (worker: Worker): Promise<unknown> =>
  new Promise((done) => {
    worker.once("message", done);
  });

it("ends the threads that run, and tells of one that does not end in time", async () => {
  const threads = watchThreads();
  expect(await threads.end(1000)).toBe(true);
  const hello = `require("node:worker_threads").parentPort.postMessage("up");`;
  const idle = new Worker(`${hello} setInterval(() => {}, 1000);`, { eval: true });
  // Until the program that it has started ends, nothing ends the thread.
  const waits = `require("node:child_process").execFileSync("sleep", ["1"]);`;
  const busy = new Worker(`${hello} ${waits}`, { eval: true });
  await Promise.all([started(idle), started(busy)]);
  expect(await threads.end(0)).toBe(false);
  expect(await threads.end(10_000)).toBe(true);
});

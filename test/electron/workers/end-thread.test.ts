import { Worker } from "node:worker_threads";
import { beforeAll, describe, expect, it } from "vitest";
import { endThread } from "../../../electron/workers/end-thread";
import { buildWorker } from "../../engine/ops/copier-bundle";
import { eventually } from "../../helpers/eventually";
import { random, runSeed } from "../../helpers/seed";
import { countHandles } from "../../load/samples";

let script = "";
beforeAll(async () => {
  script = await buildWorker("inspector", "lamina-end-thread");
});

/** The exit code, once it has ended. */
const ended = (worker: Worker): Promise<number> => new Promise((done) => worker.once("exit", done));

async function endedAfter(milliseconds: number): Promise<void> {
  const worker = new Worker(script);
  const end = ended(worker);
  await new Promise((next) => setTimeout(next, milliseconds));
  endThread(worker);
  await end;
}

// A thread that was stopped while it loaded koffi ended the process with it, and one that was stopped
// while it loaded its script left that file open.
describe.runIf(process.platform === "linux")(`a thread that is ended (seed ${runSeed})`, () => {
  it("at any moment of its start leaves the process and no open file", async () => {
    const r = random(runSeed);
    // The first one starts what the process keeps.
    await endedAfter(3000);
    const before = countHandles();
    for (let round = 0; round < 8; round++)
      await Promise.all(Array.from({ length: 4 }, () => endedAfter(r.between(20, 80))));
    await eventually(() => expect(countHandles()).toBeLessThanOrEqual(before));
  });

  /** It loads for a moment, says that it is up, and has no end. */
  const slow = `
    const { workerData, threadId, getEnvironmentData } = require("node:worker_threads");
    const wait = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    wait(400);
    const loaded = new Int32Array(workerData);
    Atomics.store(loaded, 0, 1);
    const table = new Int32Array(getEnvironmentData("lamina.threads"));
    Atomics.store(table, threadId % table.length, threadId);
    wait(60_000);
  `;

  it("is not stopped before it is up", async () => {
    const loaded = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(slow, { eval: true, workerData: loaded.buffer });
    const end = ended(worker);
    endThread(worker);
    await end;
    expect(loaded[0]).toBe(1);
  });

  it("is stopped after a while though it never says that it is up", async () => {
    const worker = new Worker("for (;;);", { eval: true });
    const end = ended(worker);
    endThread(worker, 200);
    expect(await end).toBe(1);
  });
});

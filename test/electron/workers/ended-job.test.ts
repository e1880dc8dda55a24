import { readdirSync } from "node:fs";
import { join } from "node:path";
import type * as Threads from "node:worker_threads";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createQueue } from "../../../electron/jobs/queue";
import { startJob, type JobScripts } from "../../../electron/workers/start-job";
import type { ConvertRequest } from "../../../shared/model/job";
import { buildWorker } from "../../engine/ops/copier-bundle";
import { writeIslands } from "../../engine/ops/convert-job";
import { tempFolder } from "../../helpers/temp-folder";

/** The threads that were started, the latest last. */
const threads: Threads.Worker[] = [];

vi.mock("node:worker_threads", async (original) => {
  const real = await original<typeof Threads>();
  class Worker extends real.Worker {
    constructor(...args: ConstructorParameters<typeof real.Worker>) {
      super(...args);
      threads.push(this);
    }
  }
  return { ...real, Worker };
});

const MIB = 1024 * 1024;
let scripts: JobScripts;

beforeAll(async () => {
  const place = "lamina-ended";
  scripts = { job: await buildWorker("job", place), copier: await buildWorker("copier", place) };
});
beforeEach(() => {
  threads.length = 0;
  // Ending a thread in the very moment in which it loads koffi's native code ends the whole process:
  // Node-API cannot throw there any more.
  vi.stubEnv("LAMINA_NO_NATIVE", "1");
});

function requestIn(folder: string, name: string): ConvertRequest {
  return {
    source: join(folder, "a.raw"),
    target: join(folder, name),
    format: "qcow2",
    options: {},
    compress: false,
    replace: false,
    verify: false,
  };
}

function withDisk(): string {
  const folder = tempFolder();
  writeIslands(join(folder, "a.raw"), 64, MIB);
  return folder;
}

/** Milliseconds that a job which does not hear the cancel is waited for. */
const patience = 20;

const sleep = (milliseconds: number) => new Promise((next) => setTimeout(next, milliseconds));
const partials = (folder: string) =>
  readdirSync(folder).filter((name) => name.endsWith(".partial")).length;

describe("a conversion whose thread is ended from outside", () => {
  it("fails, leaves nothing of its own, and the queue goes on", async () => {
    const folder = withDisk();
    const queue = createQueue({
      start: (request) => startJob(scripts, request, []),
      keepReceipt: () => Promise.resolve(undefined),
      changed: () => undefined,
      removed: () => undefined,
    });
    // Held before they begin to copy, so that there is something to leave behind.
    const [first] = ["b", "c", "d"].map((name) =>
      queue.add(requestIn(folder, `${name}.qcow2`), ""),
    );
    const second = queue.list()[1]!.id;
    queue.pause(first!.id);
    queue.pause(second);
    while (partials(folder) < 2) await sleep(5);
    await threads[0]?.terminate();
    while (queue.list()[0]?.state === "paused") await sleep(5);
    expect(queue.list()[0]).toMatchObject({
      state: "failed",
      failure: {
        code: "internal",
        message: expect.stringMatching(/ended early/),
        hint: expect.stringMatching(/Nothing is left/),
      },
    });
    queue.resume(second);
    while (queue.busy()) await sleep(5);
    expect(queue.list().map(({ state }) => state)).toEqual(["failed", "done", "done"]);
    expect(readdirSync(folder).toSorted()).toEqual(["a.raw", "c.qcow2", "d.qcow2"]);
  });

  it("is ended by us when it does not hear the cancel, and leaves nothing then either", async () => {
    const folder = withDisk();
    const run = startJob(scripts, requestIn(folder, "b.qcow2"), [], patience);
    run.pause();
    while (partials(folder) === 0) await sleep(5);
    run.cancel();
    expect(await run.ended).toEqual({ state: "cancelled" });
    expect(readdirSync(folder)).toEqual(["a.raw"]);
  });
});

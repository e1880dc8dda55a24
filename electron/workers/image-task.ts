import { parentPort } from "node:worker_threads";
import { createControl, toFailure } from "../engine";
import { imageTasks } from "./image-tasks";
import type { TaskOrder, WorkerReply } from "./messages";
import { tellUp } from "./tell-up";

/**
 * The thread of one task with one image: it answers its order, and is ended from outside. One that
 * ends by itself first waits for what V8 compiles, and that may wait for memory which only it could tidy up.
 */
tellUp();
parentPort?.on("message", (order: TaskOrder) => parentPort?.postMessage(answer(order)));

function answer({ task, input, control }: TaskOrder): WorkerReply<unknown> {
  try {
    const run = imageTasks[task] as (given: unknown, words: unknown) => unknown;
    return { ok: true, value: run(input, createControl(control)) };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
}

import { parentPort } from "node:worker_threads";
import { createControl, toFailure } from "../engine";
import { imageTasks } from "./image-tasks";
import type { TaskOrder, WorkerReply } from "./messages";
import { tellUp } from "./tell-up";

/**
 * The thread of one task with one image: it answers its order and is ended from outside. A thread that
 * ends by itself first waits for work of V8, which in Electron may be that of a thread that is gone.
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

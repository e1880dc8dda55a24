import { parentPort, workerData } from "node:worker_threads";
import { createControl, toFailure } from "../engine";
import { imageTasks } from "./image-tasks";
import type { TaskOrder, WorkerReply } from "./messages";

/** The thread of one task with one image: it begins with its order, answers once, and ends. */
parentPort?.postMessage(answer(workerData as TaskOrder));

function answer({ task, input, control }: TaskOrder): WorkerReply<unknown> {
  try {
    const run = imageTasks[task] as (given: unknown, words: unknown) => unknown;
    return { ok: true, value: run(input, createControl(control)) };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
}

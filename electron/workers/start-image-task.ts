import { Worker } from "node:worker_threads";
import { createControl } from "../engine";
import { FailureError, receivedFailure } from "../failure";
import type { ImageTasks, TaskName, TaskOrder, WorkerReply } from "./messages";
import { stoppedFailure, THREAD_LIMITS } from "./thread-limits";

/** Does things with images, each in a thread of its own. */
export interface TaskRunner {
  /** @throws FailureError */
  run<N extends TaskName>(
    task: N,
    input: Parameters<ImageTasks[N]>[0],
  ): Promise<ReturnType<ImageTasks[N]>>;
  /** Asks all tasks that only read to stop; they fail as cancelled. */
  stopReading(): void;
}

/** @param script path of workers/image-task.ts, built */
export function createTaskRunner(script: string): TaskRunner {
  const running = new Set<ReturnType<typeof createControl>>();

  return {
    run: (task, input) =>
      new Promise((done, fail) => {
        const control = createControl();
        const order: TaskOrder = { task, input, control: control.buffer };
        const worker = new Worker(script, { workerData: order, resourceLimits: THREAD_LIMITS });
        running.add(control);
        let reply: WorkerReply<ReturnType<ImageTasks[typeof task]>> | undefined;
        worker.on("message", (answer: typeof reply) => {
          reply = answer;
        });
        worker.on("error", (error) => fail(new FailureError(stoppedFailure(error))));
        // Its files are closed by now.
        worker.on("exit", () => {
          running.delete(control);
          if (reply?.ok === true) done(reply.value);
          else
            fail(
              new FailureError(
                reply === undefined ? stoppedFailure(undefined) : receivedFailure(reply.failure),
              ),
            );
        });
      }),
    stopReading: () => {
      for (const control of running) control.cancel();
    },
  };
}

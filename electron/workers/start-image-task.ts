import { Worker } from "node:worker_threads";
import { createControl, type Control } from "../engine";
import type { Failure } from "../../shared/model/report";
import { FailureError, receivedFailure } from "../failure";
import { endThread } from "./end-thread";
import type { ImageTasks, TaskName, TaskOrder, WorkerReply } from "./messages";
import { movesOf, watchOrder } from "./order-watch";
import { createKeptThread, type KeptThread } from "./start-kept-thread";
import { memoryFailure, stalledFailure, stoppedFailure, THREAD_LIMITS } from "./thread-limits";

/** Does things with images, each in a thread of its own. */
export interface TaskRunner {
  /**
   * @param control Tells of its progress, and cancels it, where the task looks at it.
   * @throws FailureError
   */
  run<N extends TaskName>(
    task: N,
    input: Parameters<ImageTasks[N]>[0],
    control?: Control,
  ): Promise<ReturnType<ImageTasks[N]>>;
  /**
   * As `run`, for what is asked again and again: in a thread that is kept for this task, where a newer
   * question takes the place of the one before, which fails as cancelled.
   */
  latest<N extends TaskName>(
    task: N,
    input: Parameters<ImageTasks[N]>[0],
  ): Promise<ReturnType<ImageTasks[N]>>;
  /** Stops all tasks that only read; they fail as cancelled. Those that write run to their end. */
  stopReading(): void;
}

const reading: ReadonlySet<TaskName> = new Set<TaskName>([
  "snapshots.tree",
  "snapshots.compare",
  "snapshots.freed",
  "health.check",
  "chain.strips",
  "chain.dependents",
]);

/** These write: nothing ends them. */
const writing: ReadonlySet<TaskName> = new Set<TaskName>([
  "change.make",
  "snapshots.create",
  "snapshots.apply",
  "snapshots.delete",
  "snapshots.rename",
  "health.repair",
  "chain.createOverlay",
  "chain.pointTo",
  "samples.make",
]);

/** How long a task may go on that only reads, in milliseconds. */
export interface TaskPatience {
  /** Without progress, where it tells any. */
  readonly quiet: number;
  /** In all, where it tells none: the tables of a large image on a slow disk take some minutes. */
  readonly silent: number;
}

const PATIENCE: TaskPatience = { quiet: 60_000, silent: 600_000 };
const telling: ReadonlySet<TaskName> = new Set<TaskName>(["bytes.find", "speed.measure"]);

/** @param script path of workers/image-task.ts, built */
export function createTaskRunner(script: string, patience = PATIENCE): TaskRunner {
  const readers = new Set<() => void>();
  const patienceFor = (task: TaskName): number =>
    telling.has(task) ? patience.quiet : patience.silent;
  const kept = new Map<TaskName, KeptThread>();

  return {
    latest: <N extends TaskName>(task: N, input: Parameters<ImageTasks[N]>[0]) => {
      const thread = kept.get(task) ?? createKeptThread(script, { patience: patienceFor(task) });
      kept.set(task, thread);
      return thread.ask({ task, input }) as Promise<ReturnType<ImageTasks[N]>>;
    },
    run: (task, input, control = createControl()) =>
      new Promise((done, fail) => {
        const order: TaskOrder = { task, input, control: control.buffer };
        const worker = new Worker(script, { resourceLimits: THREAD_LIMITS });
        const give = (failure: Failure): void => {
          fail(new FailureError(failure));
          endThread(worker);
        };
        const stop = (): void => give({ code: "cancelled", message: "Cancelled." });
        const most = patienceFor(task);
        const endWatch = writing.has(task)
          ? undefined
          : watchOrder({
              patience: most,
              moved: movesOf(control),
              stop: (why) => give(why === "time" ? stalledFailure(most) : memoryFailure()),
            });
        if (reading.has(task)) readers.add(stop);
        // Its files are closed when it answers.
        worker.on("message", (reply: WorkerReply<ReturnType<ImageTasks[typeof task]>>) => {
          readers.delete(stop);
          endWatch?.();
          if (reply.ok) done(reply.value);
          else fail(new FailureError(receivedFailure(reply.failure)));
          void worker.terminate();
        });
        worker.on("error", (error) => fail(new FailureError(stoppedFailure(error))));
        worker.on("exit", () => {
          readers.delete(stop);
          endWatch?.();
          fail(new FailureError(stoppedFailure(undefined)));
        });
        worker.postMessage(order);
      }),
    stopReading: () => {
      for (const stop of readers) stop();
    },
  };
}

import { Worker } from "node:worker_threads";
import type { ImageReport } from "../../shared/model/report";
import type { Failure } from "../../shared/model/report";
import { FailureError, receivedFailure } from "../failure-error";
import { endThread } from "./end-thread";
import { stoppedFailure, THREAD_LIMITS } from "./thread-limits";
import type { CompiledFolders, InspectOrder, WorkerReply } from "./messages";

/** Opens images in a thread of their own. */
export interface Inspector {
  /** Starts its thread now: it is up then when the first order comes. */
  warmUp(): void;
  /** @throws FailureError */
  inspect(order: InspectOrder): Promise<ImageReport>;
  /** Ends the thread; orders that wait or run fail. */
  close(): void;
}

interface Waiting {
  readonly order: InspectOrder;
  readonly done: (report: ImageReport) => void;
  readonly fail: (error: FailureError) => void;
}

/** Opening reads headers and tables only; what takes longer is hostile, or its disk is gone. */
const PATIENCE_MS = 30_000;

/**
 * An inspector whose thread starts with the first order, unless it was warmed up. Orders run one after the other. A thread
 * that dies or outlasts `patience` milliseconds takes only its own order with it. With `compiled` it loads what
 * V8 compiled in an earlier start.
 */
export function createInspector(
  script: string,
  patience = PATIENCE_MS,
  compiled?: CompiledFolders,
): Inspector {
  const waiting: Waiting[] = [];
  let current: Waiting | undefined;
  let worker: Worker | undefined;
  let watchdog: NodeJS.Timeout | undefined;

  function startThread(): Worker {
    const thread = new Worker(script, { workerData: compiled, resourceLimits: THREAD_LIMITS });
    // An idle inspector must not keep the process.
    thread.unref();
    thread.on("message", (reply: WorkerReply<ImageReport>) => {
      if (thread !== worker) return;
      if (reply.ok) settle((order) => order.done(reply.value));
      else settle((order) => order.fail(new FailureError(receivedFailure(reply.failure))));
    });
    thread.on("error", (error) => drop(thread, stoppedFailure(error)));
    thread.on("exit", () => drop(thread, stoppedFailure(undefined)));
    return thread;
  }

  /** Gives up a thread, and with it the order it was at. */
  function drop(thread: Worker, failure: Failure): void {
    if (thread !== worker) return;
    worker = undefined;
    endThread(thread);
    const file = current?.order.path;
    settle((order) => order.fail(new FailureError({ ...failure, ...(file && { file }) })));
  }

  function settle(how: (order: Waiting) => void): void {
    clearTimeout(watchdog);
    const order = current;
    current = undefined;
    if (order !== undefined) how(order);
    next();
  }

  function next(): void {
    if (current !== undefined) return;
    current = waiting.shift();
    if (current === undefined) return;
    const thread = (worker ??= startThread());
    watchdog = setTimeout(() => drop(thread, slowFailure(patience)), patience);
    thread.postMessage(current.order);
  }

  return {
    warmUp: () => {
      worker ??= startThread();
    },
    inspect: (order) =>
      new Promise((done, fail) => {
        waiting.push({ order, done, fail });
        next();
      }),
    close: () => {
      const closing = { code: "cancelled", message: "Lamina is closing." };
      for (const order of waiting.splice(0)) order.fail(new FailureError(closing));
      if (worker !== undefined) drop(worker, closing);
    },
  };
}

function slowFailure(patience: number): Failure {
  return {
    code: "limit",
    message: `Opening the image took longer than ${Math.round(patience / 1000)} s and was stopped.`,
    hint: "Check that the disk it lies on answers, then open it again.",
  };
}

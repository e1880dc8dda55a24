import { Worker } from "node:worker_threads";
import type { Failure, ImageReport } from "../../shared/model/report";
import { FailureError, receivedFailure } from "../failure-error";
import { endThread } from "./end-thread";
import type { CompiledFolders, InspectOrder, WorkerReply } from "./messages";
import { watchOrder } from "./order-watch";
import { memoryFailure, stoppedFailure, THREAD_LIMITS } from "./thread-limits";

/** An order with whoever waits for its answer. */
export interface Asked {
  readonly order: InspectOrder;
  readonly done: (report: ImageReport) => void;
  readonly fail: (error: FailureError) => void;
}

/** A place for one thread that opens images, one after the other; it starts with its first order. */
export interface InspectorThread {
  /** Whether it is at an order. */
  readonly busy: boolean;
  /** Starts the thread now. */
  warmUp(): void;
  /** Gives it an order; only while it is not busy. */
  take(asked: Asked): void;
  /** Ends the thread; the order that it is at fails. The next order gets another. */
  end(failure: Failure): void;
}

/** How an inspector's threads are started, and how long they may take. */
export interface InspectorThreadParts {
  readonly script: string;
  readonly patience: number;
  readonly compiled: CompiledFolders | undefined;
  /** Called when it has answered, or has lost, an order. */
  rested(): void;
}

/** A thread that dies or outlasts `patience` milliseconds takes only its own order with it. */
export function createInspectorThread(parts: InspectorThreadParts): InspectorThread {
  const { script, patience, compiled, rested } = parts;
  let current: Asked | undefined;
  let worker: Worker | undefined;
  let endWatch: (() => void) | undefined;

  function startThread(): Worker {
    const thread = new Worker(script, { workerData: compiled, resourceLimits: THREAD_LIMITS });
    // An idle inspector must not keep the process.
    thread.unref();
    thread.on("message", (reply: WorkerReply<ImageReport>) => {
      if (thread !== worker) return;
      if (reply.ok) settle(({ done }) => done(reply.value));
      else settle(({ fail }) => fail(new FailureError(receivedFailure(reply.failure))));
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
    settle(({ fail }) => fail(new FailureError({ ...failure, ...(file && { file }) })));
  }

  function settle(how: (asked: Asked) => void): void {
    endWatch?.();
    const asked = current;
    current = undefined;
    if (asked === undefined) return;
    how(asked);
    rested();
  }

  return {
    get busy() {
      return current !== undefined;
    },
    warmUp: () => {
      worker ??= startThread();
    },
    take: (asked) => {
      const thread = (worker ??= startThread());
      current = asked;
      endWatch = watchOrder({
        patience,
        stop: (why) => drop(thread, why === "time" ? slowFailure(patience) : memoryFailure()),
      });
      thread.postMessage(asked.order);
    },
    end: (failure) => {
      if (worker !== undefined) drop(worker, failure);
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

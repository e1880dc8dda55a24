import { Worker } from "node:worker_threads";
import { createControl, type Control } from "../engine";
import type { Failure } from "../../shared/model/report";
import { FailureError, receivedFailure } from "../failure";
import { endThread } from "./end-thread";
import type { TaskOrder, WorkerReply } from "./messages";
import { movesOf, watchOrder } from "./order-watch";
import { memoryFailure, stalledFailure, stoppedFailure, THREAD_LIMITS } from "./thread-limits";

/** A thread that is kept from question to question, and works at the newest only. */
export interface KeptThread {
  /** Asks; the question before it, if it has no answer yet, fails as cancelled. @throws FailureError */
  ask(order: Omit<TaskOrder, "control">): Promise<unknown>;
}

interface Asked {
  readonly order: TaskOrder;
  readonly control: Control;
  readonly done: (value: unknown) => void;
  readonly fail: (error: FailureError) => void;
  /** Whether a newer question has taken its place. */
  given: boolean;
}

/** How long a question that was given up may hold up the next, and a thread without any is kept. */
const GRACE_MS = 3000;
const IDLE_MS = 60_000;

/** How long it is waited for a kept thread, in milliseconds. */
export interface KeptPatience {
  /** For a question that was given up, before another thread gets the next; default 3 s. */
  readonly grace?: number;
  /** For an answer, without any progress; then its thread is ended. */
  readonly patience: number;
}

/** @param script path of workers/image-task.ts, built */
export function createKeptThread(
  script: string,
  { grace = GRACE_MS, patience: answerPatience }: KeptPatience,
): KeptThread {
  let worker: Worker | undefined;
  /** What the thread has not answered yet, in the order in which it will. */
  let waiting: Asked[] = [];
  let patience: NodeJS.Timeout | undefined;
  let idle: NodeJS.Timeout | undefined;
  let endWatch: (() => void) | undefined;

  function startThread(): Worker {
    const thread = new Worker(script, { resourceLimits: THREAD_LIMITS });
    // It must not keep the process.
    thread.unref();
    thread.on("message", (reply: WorkerReply<unknown>) => {
      if (thread !== worker) return;
      endPatience();
      const asked = waiting.shift();
      watchNext();
      if (reply.ok) asked?.done(reply.value);
      else asked?.fail(new FailureError(receivedFailure(reply.failure)));
      if (waiting.length === 0) idle = setTimeout(() => drop(thread, undefined), IDLE_MS).unref();
    });
    thread.on("error", (error) => drop(thread, error));
    thread.on("exit", () => drop(thread, undefined));
    return thread;
  }

  function endPatience(): void {
    clearTimeout(patience);
    patience = undefined;
  }

  /** Gives up a thread, and what it was asked. */
  function drop(thread: Worker, error: unknown): void {
    give(thread, stoppedFailure(error));
  }

  function give(thread: Worker, failure: Failure): void {
    if (thread !== worker) return;
    worker = undefined;
    endPatience();
    endWatch?.();
    endThread(thread);
    for (const { fail } of waiting.splice(0)) fail(new FailureError(failure));
  }

  /** Watches the thread at what it has to answer next. */
  function watchNext(): void {
    endWatch?.();
    const [asked] = waiting;
    const thread = worker;
    if (asked === undefined || thread === undefined) return;
    endWatch = watchOrder({
      patience: answerPatience,
      moved: movesOf(asked.control),
      stop: (why) =>
        give(thread, why === "time" ? stalledFailure(answerPatience) : memoryFailure()),
    });
  }

  function giveUp(asked: Asked): void {
    if (asked.given) return;
    asked.given = true;
    asked.control.cancel();
    asked.fail(new FailureError({ code: "cancelled", message: "Cancelled." }));
    // A thread that does not hear is replaced, and the new one is asked what is still wanted.
    patience ??= setTimeout(() => {
      const wanted = waiting.filter(({ given }) => !given);
      const deaf = worker;
      waiting = [];
      endPatience();
      if (deaf !== undefined) drop(deaf, undefined);
      for (const each of wanted) post(each);
    }, grace).unref();
  }

  function post(asked: Asked): void {
    clearTimeout(idle);
    worker ??= startThread();
    waiting.push(asked);
    if (waiting.length === 1) watchNext();
    worker.postMessage(asked.order);
  }

  return {
    ask: (order) =>
      new Promise((done, fail) => {
        for (const older of waiting) giveUp(older);
        const control = createControl();
        const full = { ...order, control: control.buffer };
        post({ order: full, control, done, fail, given: false });
      }),
  };
}

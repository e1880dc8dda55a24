import { Worker } from "node:worker_threads";
import { createControl, type MeasureTarget } from "../engine";
import type { MeasuredSize, MeasuredVariant } from "../../shared/model/measure";
import type { Failure } from "../../shared/model/report";
import { FailureError, receivedFailure } from "../failure";
import { endThread } from "./end-thread";
import type { MeasureOrder, WorkerReply } from "./messages";
import { movesOf, watchOrder } from "./order-watch";
import { memoryFailure, stalledFailure, stoppedFailure, THREAD_LIMITS } from "./thread-limits";

/** The disk to measure: an image, and the size to grow it to. */
export type MeasureSource = Pick<MeasureOrder, "request" | "size">;

/** Measures images, one at a time, each in a thread of its own: they may take minutes to read. */
export interface Measurer {
  /**
   * What the image would take in every format. What was being measured before is given up.
   * @throws FailureError `cancelled` when it is given up itself
   */
  measure(source: MeasureSource): Promise<MeasuredVariant[]>;
  /** What it would take as this one target; else as `measure`. */
  measureTarget(source: MeasureSource, target: MeasureTarget): Promise<MeasuredSize>;
  /** Gives up what is being measured. */
  stop(): void;
}

/** Whom a measurer tells, and how long it waits. */
export interface MeasurerParts {
  /** Bytes of data read and to read, at most ten times a second; `total` is 0 until known. */
  progress(path: string, bytes: { readonly done: number; readonly total: number }): void;
  /** Milliseconds without any progress after which a thread is stopped. */
  readonly patience?: number;
}

/** What is given up answers within one step, and is ended then; it has this long for it. */
const GRACE_MS = 5000;
/** However long a disk is, something of it is read in this time, or its disk is gone. */
const PATIENCE_MS = 60_000;

/** @param script path of workers/measurer.ts, built */
export function createMeasurer(
  script: string,
  { progress, patience = PATIENCE_MS }: MeasurerParts,
): Measurer {
  let giveUp: ((failure: Failure) => void) | undefined;
  const stop = (): void => giveUp?.({ code: "cancelled", message: "Cancelled." });

  function run<T>(asked: Omit<MeasureOrder, "control">): Promise<T> {
    stop();
    const { request } = asked;
    const control = createControl();
    const order: MeasureOrder = { ...asked, control: control.buffer };
    const worker = new Worker(script, { workerData: order, resourceLimits: THREAD_LIMITS });
    // A measurement must not keep the process.
    worker.unref();
    const { promise, resolve, reject } = settleable<T>();
    const fail = (failure: Failure): void => {
      reject(new FailureError({ ...failure, file: failure.file ?? request.path }));
    };

    const hasMoved = movesOf(control);
    const endWatch = watchOrder({
      patience,
      stop: (why) => fail(why === "time" ? stalledFailure(patience) : memoryFailure()),
      moved: () => {
        const moved = hasMoved();
        if (moved) progress(request.path, { done: control.done, total: control.total });
        return moved;
      },
    });
    giveUp = fail;
    worker.on("message", (reply: WorkerReply<T>) => {
      if (reply.ok) resolve(reply.value);
      else fail(receivedFailure(reply.failure));
      void worker.terminate();
    });
    worker.on("error", (error) => fail(stoppedFailure(error)));
    worker.on("exit", () => fail(stoppedFailure(undefined)));

    return promise.finally(() => {
      endWatch();
      if (giveUp === fail) giveUp = undefined;
      control.cancel();
      const grace = setTimeout(() => endThread(worker), GRACE_MS).unref();
      worker.once("exit", () => clearTimeout(grace));
    });
  }

  return {
    measure: (source) => run<MeasuredVariant[]>(source),
    measureTarget: (source, target) => run<MeasuredSize>({ ...source, target }),
    stop,
  };
}

/** A promise and what settles it; only the first call counts. */
function settleable<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: FailureError) => void = () => undefined;
  const promise = new Promise<T>((done, fail) => {
    resolve = done;
    reject = fail;
  });
  return { promise, resolve, reject };
}

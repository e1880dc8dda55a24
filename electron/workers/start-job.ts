import { randomUUID } from "node:crypto";
import { Worker } from "node:worker_threads";
import { createControl, removePartials, type Control, type Grant } from "../engine";
import type { Job, JobRequest, JobResult } from "../../shared/model/job";
import type { Failure } from "../../shared/model/report";
import { receivedFailure } from "../failure";
import { endThread } from "./end-thread";
import type { Converted, JobOrder, WorkerReply } from "./messages";
import { watchOrder } from "./order-watch";
import { waitPatiently } from "../patience";
import { memoryFailure, stoppedFailure, THREAD_LIMITS } from "./thread-limits";

/** How an operation ended. */
export type JobEnd =
  | { readonly state: "done"; readonly result: JobResult }
  | { readonly state: "failed"; readonly failure: Failure }
  | { readonly state: "cancelled" };

/** An operation that runs somewhere else. */
export interface JobRun {
  /** Never rejects. */
  readonly ended: Promise<JobEnd>;
  /** Bytes of its phase; `total` is 0 until known. Cheap: it is asked ten times a second. */
  progress(): Pick<Job, "phase" | "done" | "total">;
  /** Asks it to halt, which it does within a megabyte; `resume` lets it go on. */
  pause(): void;
  resume(): void;
  /** Asks it to hold still for a moment, paused or not, or no longer to. */
  holdStill(still: boolean): void;
  /** Asks it to stop and to leave nothing behind; `ended` tells when it has. */
  cancel(): void;
}

/** Paths of the scripts that the threads of a job run. */
export interface JobScripts {
  readonly job: string;
  readonly copier: string;
}

/** A step takes a moment; what is not over by then waits for a disk, or for a thread that is gone. */
const PATIENCE_MS = 15_000;
const END_MS = 2000;

/**
 * Starts one job in a thread of its own. Ends it the hard way when it has been cancelled and
 * goes on for `patience` milliseconds.
 * @param grants What its chain may use outside its own folders.
 * @param mark Stands in the names of its partial files.
 */
export function startJob(
  scripts: JobScripts,
  request: JobRequest,
  grants: readonly Grant[],
  patience = PATIENCE_MS,
  mark: string = randomUUID(),
): JobRun {
  const control = createControl();
  const order: JobOrder = {
    request,
    grants,
    control: control.buffer,
    copierScript: scripts.copier,
    mark,
  };
  const worker = new Worker(scripts.job, { workerData: order, resourceLimits: THREAD_LIMITS });
  let endWaiting: (() => void) | undefined;
  let stopped: Failure | undefined;
  // Its disk may take as long as it likes, and it may be paused.
  const endWatch = watchOrder({
    patience: Infinity,
    stop: () => {
      stopped = memoryFailure();
      endThread(worker);
    },
  });
  const ended = endOf(worker, (unknown) => {
    const failure = stopped ?? unknown;
    const swept = sweep(request.target, mark);
    const { phase, cancelled } = control;
    if (cancelled && swept && phase === "copying") return { state: "cancelled" };
    return { state: "failed", failure: { ...failure, hint: hintFor(phase, swept) } };
  });
  return {
    ended: ended.finally(() => {
      endWatch();
      endWaiting?.();
    }),
    progress: () => ({ phase: control.phase, done: control.done, total: control.total }),
    pause: () => control.pause(),
    resume: () => control.resume(),
    holdStill: (still) => control.holdStill(still),
    cancel: () => {
      control.cancel();
      endWaiting ??= waitPatiently({ patience, over: () => endThread(worker) });
    },
  };
}

/**
 * Resolves with the thread's answer once it has ended too, or two seconds later: V8 may keep a thread from
 * ending. The files are closed by the answer, and the threads that it has started are gone, or hang as well.
 * @param endWithout Says how it ended when the thread had no time for an answer.
 */
function endOf(worker: Worker, endWithout: (failure: Failure) => JobEnd): Promise<JobEnd> {
  return new Promise((ended) => {
    let end: JobEnd | undefined;
    let failure = stoppedFailure(undefined);
    worker.on("message", (reply: WorkerReply<Converted>) => {
      const answer = endFrom(reply);
      end = answer;
      void worker.terminate();
      setTimeout(() => ended(answer), END_MS).unref();
    });
    worker.on("error", (error) => {
      failure = stoppedFailure(error);
    });
    worker.on("exit", () => ended(end ?? endWithout(failure)));
  });
}

/** Removes what an ended thread has left of a new image; false when it could not. */
function sweep(target: string, mark: string): boolean {
  try {
    removePartials(target, mark);
    return true;
  } catch {
    return false;
  }
}

function hintFor(phase: Control["phase"], swept: boolean): string {
  if (phase === "verifying") return "The new image is complete, and has not been verified.";
  return swept
    ? "Nothing is left of the new image. Start again."
    : "A hidden file that ends in .partial may be left beside the target; remove it.";
}

function endFrom(reply: WorkerReply<Converted>): JobEnd {
  if (reply.ok) {
    const { allocated, verification, salvaged, sourceChanged, sources, ...sizes } = reply.value;
    const result = {
      virtualSize: sizes.virtualSize,
      fileLength: sizes.fileLength,
      sources: [...sources],
      ...(allocated !== undefined && { allocated }),
      ...(verification && { verification }),
      ...(salvaged && { salvaged: { ...salvaged, ranges: [...salvaged.ranges] } }),
      ...(sourceChanged && { sourceChanged: [...sourceChanged] }),
    };
    return { state: "done", result };
  }
  const failure = receivedFailure(reply.failure);
  return failure.code === "cancelled" ? { state: "cancelled" } : { state: "failed", failure };
}

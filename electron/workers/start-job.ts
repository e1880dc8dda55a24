import { Worker } from "node:worker_threads";
import { createControl } from "../engine";
import type { ConvertRequest, Job, JobResult } from "../../shared/model/job";
import type { Failure } from "../../shared/model/report";
import { receivedFailure } from "../failure";
import type { Converted, ConvertOrder, WorkerReply } from "./messages";
import { stoppedFailure, THREAD_LIMITS } from "./thread-limits";

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
  /** Asks it to stop and to leave nothing behind; `ended` tells when it has. */
  cancel(): void;
}

/** Paths of the scripts that the threads of a conversion run. */
export interface JobScripts {
  readonly job: string;
  readonly copier: string;
}

/** Starts one conversion in a thread of its own. `grants` are absolute paths its chain may use. */
export function startJob(
  scripts: JobScripts,
  request: ConvertRequest,
  grants: readonly string[],
): JobRun {
  const control = createControl();
  const order: ConvertOrder = {
    request,
    grants,
    control: control.buffer,
    copierScript: scripts.copier,
  };
  const worker = new Worker(scripts.job, { workerData: order, resourceLimits: THREAD_LIMITS });
  return {
    ended: endOf(worker),
    progress: () => ({ phase: control.phase, done: control.done, total: control.total }),
    pause: () => control.pause(),
    resume: () => control.resume(),
    cancel: () => control.cancel(),
  };
}

/** Resolves with the thread's answer once it has ended too: its files are closed by then. */
function endOf(worker: Worker): Promise<JobEnd> {
  return new Promise((ended) => {
    let end: JobEnd | undefined;
    worker.on("message", (reply: WorkerReply<Converted>) => {
      end = endFrom(reply);
      void worker.terminate();
    });
    worker.on("error", (error) => {
      end ??= { state: "failed", failure: stoppedFailure(error) };
    });
    worker.on("exit", () => {
      ended(end ?? { state: "failed", failure: stoppedFailure(undefined) });
    });
  });
}

function endFrom(reply: WorkerReply<Converted>): JobEnd {
  if (reply.ok) {
    const { allocated, verification, salvaged, sources, ...sizes } = reply.value;
    const result = {
      virtualSize: sizes.virtualSize,
      fileLength: sizes.fileLength,
      sources: [...sources],
      ...(allocated !== undefined && { allocated }),
      ...(verification && { verification }),
      ...(salvaged && { salvaged: { ...salvaged, ranges: [...salvaged.ranges] } }),
    };
    return { state: "done", result };
  }
  const failure = receivedFailure(reply.failure);
  return failure.code === "cancelled" ? { state: "cancelled" } : { state: "failed", failure };
}

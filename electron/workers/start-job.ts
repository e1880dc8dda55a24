import { Worker } from "node:worker_threads";
import { createControl, type ConvertResult } from "../engine";
import type { ConvertRequest, Job } from "../../shared/model/job";
import type { Failure } from "../../shared/model/report";
import { receivedFailure } from "../failure";
import type { ConvertOrder, WorkerReply } from "./messages";
import { stoppedFailure, THREAD_LIMITS } from "./thread-limits";

/** How an operation ended. */
export type JobEnd =
  | { readonly state: "done"; readonly result: NonNullable<Job["result"]> }
  | { readonly state: "failed"; readonly failure: Failure }
  | { readonly state: "cancelled" };

/** An operation that runs somewhere else. */
export interface JobRun {
  /** Never rejects. */
  readonly ended: Promise<JobEnd>;
  /** Bytes; `total` is 0 until known. Cheap: it is asked ten times a second. */
  progress(): { readonly done: number; readonly total: number };
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
    progress: () => ({ done: control.done, total: control.total }),
    cancel: () => control.cancel(),
  };
}

/** Resolves with the thread's answer once it has ended too: its files are closed by then. */
function endOf(worker: Worker): Promise<JobEnd> {
  return new Promise((ended) => {
    let end: JobEnd | undefined;
    worker.on("message", (reply: WorkerReply<ConvertResult>) => {
      end = endFrom(reply);
    });
    worker.on("error", (error) => {
      end ??= { state: "failed", failure: stoppedFailure(error) };
    });
    worker.on("exit", () => {
      ended(end ?? { state: "failed", failure: stoppedFailure(undefined) });
    });
  });
}

function endFrom(reply: WorkerReply<ConvertResult>): JobEnd {
  if (reply.ok) {
    const { fileLength, allocated } = reply.value;
    return { state: "done", result: { fileLength, ...(allocated !== undefined && { allocated }) } };
  }
  const failure = receivedFailure(reply.failure);
  return failure.code === "cancelled" ? { state: "cancelled" } : { state: "failed", failure };
}

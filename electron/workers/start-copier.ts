import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { CopierWork } from "../engine";
import { THREAD_LIMITS } from "./thread-limits";
import { waitUntilUp } from "./thread-table";

/** Each takes some 35 MB when it compresses: with three the whole stays below 256 MB. */
const MOST_COPIERS = 3;

/**
 * What `ConvertJob.copiers` wants: threads to start beside the converting one, one a core.
 * @param threads How many shall work in all, where somebody has chosen.
 */
export const mostCopiers = (threads = MOST_COPIERS + 1): number =>
  Math.min(threads, availableParallelism()) - 1;

/** Ids of the threads that this one has started. */
const started: number[] = [];
const START_MS = 5000;

/**
 * Waits until all copiers that this thread has started are up: when it ends, they end, too, and a thread
 * that is stopped while it loads its script leaves that file open.
 */
export function waitForCopiers(): void {
  for (const id of started.splice(0)) waitUntilUp(id, START_MS);
}

/**
 * What `ConvertJob.startCopier` wants: starts a thread that runs `file` (workers/copier.ts, built)
 * with the work as its `workerData`. A thread that cannot start is no error: the converting thread
 * copies alone then. The thread does nothing more when the conversion ends, and is never stopped from here:
 * stopped while it loads its script, it would leave that file open. It ends with this one.
 */
export function startCopierThread(file: string | URL): (work: CopierWork) => { stop(): void } {
  return (work) => {
    const worker = new Worker(file, { workerData: work, resourceLimits: THREAD_LIMITS });
    started.push(worker.threadId);
    worker.on("error", () => undefined);
    return { stop: () => undefined };
  };
}

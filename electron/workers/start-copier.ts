import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { CopierWork } from "../engine";

/** Each takes some 35 MB when it compresses: with three the whole stays below 256 MB. */
const MOST_COPIERS = 3;

/**
 * What `ConvertJob.copiers` wants: threads to start beside the converting one, one a core.
 * @param threads How many shall work in all, where somebody has chosen.
 */
export const mostCopiers = (threads = MOST_COPIERS + 1): number =>
  Math.min(threads, availableParallelism()) - 1;

/**
 * What `ConvertJob.startCopier` wants: starts a thread that runs `file` (workers/copier.ts, built,
 * or the bundled command line) with the work as its `workerData`. A thread that cannot start is no
 * error: the converting thread copies alone then.
 */
export function startCopierThread(file: string | URL): (work: CopierWork) => { stop(): void } {
  return (work) => {
    const worker = new Worker(file, { workerData: work });
    worker.on("error", () => undefined);
    worker.unref();
    return {
      stop: () => {
        void worker.terminate();
      },
    };
  };
}

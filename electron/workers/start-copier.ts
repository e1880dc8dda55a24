import { Worker } from "node:worker_threads";
import type { CopierWork } from "../engine";

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

import type { Worker } from "node:worker_threads";
import { isUp } from "./thread-table";

/** How often is looked whether a thread is up. */
const LOOK_MS = 20;
const START_MS = 10_000;

/**
 * Ends a thread, once it is up: one that is stopped while it loads its script leaves that file open, and
 * one that is stopped while it loads native code takes the whole process with it.
 * @param patience How long it may take to start, in ms: then it is ended all the same.
 */
export function endThread(worker: Worker, patience = START_MS): void {
  if (isUp(worker.threadId)) {
    void worker.terminate();
    return;
  }
  let looks = patience / LOOK_MS;
  const look = setInterval(() => {
    looks -= 1;
    if (looks > 0 && !isUp(worker.threadId)) return;
    clearInterval(look);
    void worker.terminate();
  }, LOOK_MS);
  look.unref();
  worker.once("exit", () => clearInterval(look));
}

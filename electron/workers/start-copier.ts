import { availableParallelism } from "node:os";
import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { CopierWork } from "../engine";
import { endThread } from "./end-thread";
import { THREAD_LIMITS } from "./thread-limits";

/** Each takes some 35 MB when it compresses: with three the whole stays below 256 MB. */
const MOST_COPIERS = 3;

/**
 * What `ConvertJob.copiers` wants: threads to start beside the converting one, one a core.
 * @param threads How many shall work in all, where somebody has chosen.
 */
export const mostCopiers = (threads = MOST_COPIERS + 1): number =>
  Math.min(threads, availableParallelism()) - 1;

/** Milliseconds in which V8 finishes what it still compiles for a thread that has nothing more to do. */
const REST_MS = 50;
/** A copier may still load its script: one that is ended meanwhile leaves that file open. */
const END_MS = 5000;

/** Resolve as the threads end that this one has started. */
const ends: Promise<unknown>[] = [];

/**
 * Resolves when all copiers that this thread has started have ended, or after five seconds. A thread must not
 * end while one that it has started still runs: it would block until that one is gone, which waits for
 * what V8 compiles, and that may wait for memory which only the blocked thread could tidy up.
 */
export async function copiersEnded(): Promise<void> {
  await Promise.race([Promise.all(ends), setTimeout(END_MS)]);
}

/**
 * What `ConvertJob.startCopier` wants: starts a thread that runs `file` (workers/copier.ts, built)
 * with the work as its `workerData`. A thread that cannot start is no error: the converting thread
 * copies alone then. It is ended when it has been stopped, and this thread is at leisure.
 */
export function startCopierThread(file: string | URL): (work: CopierWork) => { stop(): void } {
  return (work) => {
    const worker = new Worker(file, { workerData: work, resourceLimits: THREAD_LIMITS });
    worker.on("error", () => undefined);
    ends.push(new Promise((ended) => worker.once("exit", ended)));
    return { stop: () => void setTimeout(REST_MS).then(() => endThread(worker)) };
  };
}

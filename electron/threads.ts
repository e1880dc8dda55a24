import type { Worker } from "node:worker_threads";

/** The worker threads of this process. */
export interface Threads {
  /**
   * Ends all that run. @param patience Milliseconds to wait for that.
   * @returns whether all have ended: a thread that hangs while it ends would keep the process with it
   */
  end(patience: number): Promise<boolean>;
}

/** Knows of all threads that are started from now on. */
export function watchThreads(): Threads {
  const running = new Set<Worker>();
  process.on("worker", (worker) => {
    running.add(worker);
    worker.once("exit", () => running.delete(worker));
  });
  return {
    end: async (patience) => {
      const ended = Promise.all([...running].map((worker) => worker.terminate())).then(() => true);
      return Promise.race([
        ended,
        new Promise<boolean>((done) => setTimeout(done, patience, false)),
      ]);
    },
  };
}

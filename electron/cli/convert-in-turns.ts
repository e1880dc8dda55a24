import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import { convertInSteps, type ConvertJob, type CopierWork } from "../engine";
import type { Progress } from "./progress";

/** Milliseconds of copying between two looks at the signals. */
const turn = 50;

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Converts in this thread and one more, and lets the event loop turn now and then: only then does
 * Node see a signal. Who stops a conversion finds nothing left of it, and the process ends as one
 * that the signal has killed.
 * @throws ImageError as `convert`; what showing the progress throws, with nothing left either.
 */
export async function convertInTurns(
  job: Omit<ConvertJob, "startCopier">,
  progress: Progress,
): Promise<void> {
  // A conversion ends before the code that V8 would optimise meanwhile could pay for it, in each thread.
  // Electron's V8 does not have the flag, and says so.
  if (process.versions["electron"] === undefined) setFlagsFromString("--interrupt-budget=1000000");
  const { control } = job;
  let received: NodeJS.Signals | undefined;
  const listener = (signal: NodeJS.Signals): void => {
    received ??= signal;
    control.cancel();
  };
  for (const signal of signals) process.on(signal, listener);
  const steps = convertInSteps({ ...job, startCopier });
  try {
    for (;;) {
      const end = performance.now() + turn;
      do {
        if (steps.next().done) return;
        try {
          progress.show(control.done, control.total);
        } catch (error) {
          steps.throw(error);
        }
      } while (performance.now() < end);
      await new Promise((resolve) => setImmediate(resolve));
    }
  } catch (error) {
    if (received === undefined) throw error;
    for (const signal of signals) process.off(signal, listener);
    process.kill(process.pid, received);
    // The signal ends the process before this does.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, listener);
  }
}

/** This file again, which then runs as a copier: the command line is one bundled file. */
function startCopier(work: CopierWork): { stop(): void } {
  const worker = new Worker(import.meta.filename, { workerData: work });
  // It is never waited for: the process ends when the image is complete.
  worker.unref();
  return { stop: () => undefined };
}

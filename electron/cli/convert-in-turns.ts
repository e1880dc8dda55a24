import { convertInSteps, type Control, type ConvertJob, type ConvertResult } from "../engine";
import type { Pace } from "./pace";
import type { Progress } from "./progress";

/** Milliseconds of copying between two looks at the signals. */
const turn = 50;

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Converts in this thread and one more, and lets the event loop turn now and then: only then does
 * Node see a signal. Who stops a conversion finds nothing left of it, and the process ends as one
 * that the signal has killed.
 * @param pace Has a say only over this thread: a job that shall keep to it starts no other.
 * @throws ImageError as `convert`; what showing the progress throws, with nothing left either.
 */
export async function convertInTurns(
  job: ConvertJob,
  progress: Progress,
  pace: Pace,
): Promise<ConvertResult> {
  const { control } = job;
  let received: NodeJS.Signals | undefined;
  const listener = (signal: NodeJS.Signals): void => {
    received ??= signal;
    control.cancel();
  };
  for (const signal of signals) process.on(signal, listener);
  const steps = convertInSteps(job);
  try {
    for (;;) {
      const end = performance.now() + turn;
      let owed = 0;
      do {
        const step = steps.next();
        if (step.done === true) return step.value;
        try {
          progress.show(control.done, control.total);
        } catch (error) {
          steps.throw(error);
        }
        owed = pace.owed(control.done, performance.now());
      } while (owed === 0 && performance.now() < end);
      await waitFor(owed, control);
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

/** Lets the event loop turn, and waits so long unless all is cancelled. */
async function waitFor(milliseconds: number, control: Pick<Control, "cancelled">): Promise<void> {
  const end = performance.now() + milliseconds;
  do {
    const left = Math.min(turn, end - performance.now());
    await new Promise((resolve) => (left > 0 ? setTimeout(resolve, left) : setImmediate(resolve)));
  } while (!control.cancelled && performance.now() < end);
}

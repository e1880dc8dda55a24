import { createControl, type Control } from "../engine";

const LOOK_MS = 100;

/** Bytes done with and to do; `total` is 0 until known. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** Runs tasks of one kind, of which a later one ends the one before it. */
export interface OneAtATime {
  /** @param tell Hears how far it is, at most ten times a second, and nothing twice. */
  run<T>(task: (control: Control) => Promise<T>, tell: (progress: Progress) => void): Promise<T>;
  /** Ends the one that runs, which fails as cancelled. */
  stop(): void;
}

export function oneAtATime(): OneAtATime {
  let running: Control | undefined;
  const stop = (): void => running?.cancel();

  return {
    run: async (task, tell) => {
      stop();
      const control = createControl();
      running = control;
      let last: Progress = { done: 0, total: 0 };
      const timer = setInterval(() => {
        const { done, total } = control;
        if (done === last.done && total === last.total) return;
        last = { done, total };
        tell(last);
      }, LOOK_MS);
      try {
        return await task(control);
      } finally {
        clearInterval(timer);
        if (running === control) running = undefined;
      }
    },
    stop,
  };
}
